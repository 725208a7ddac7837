/** External configuration in the loop: merged over what handlers want, asked for at every resync of the datastore. */
import { describe, expect, it } from 'vitest';
import { TimedOutError } from '../../../src/controller/errors.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { ExternalConfigChange } from '../../../src/controller/events/external-config-change.js';
import { ExternalConfigResync } from '../../../src/controller/events/external-config-resync.js';
import { HealingResync } from '../../../src/controller/events/healing-resync.js';
import type { ExternalConfigSource } from '../../../src/controller/external/source.js';
import type { UpdateOperations } from '../../../src/controller/handler.js';
import type { KeyValuePairs } from '../../../src/controller/key-values.js';
import { never, revertible, TestUpdate, throwing, type Reactions } from '../../support/controller/recording-handler.js';
import { begin, rig, running, type Rig } from '../../support/controller/rig.js';

const change = (name: string, updatedKVs: KeyValuePairs, version?: number): ExternalConfigChange =>
  new ExternalConfigChange({ source: name, updatedKVs, version });

/** A source whose snapshot is what `values` holds at the moment. */
function source(
  name: string,
  values: () => ReturnType<ExternalConfigSource['getConfigSnapshot']> = () => ({}),
): ExternalConfigSource {
  return { name, getConfigSnapshot: () => values() };
}

/** A handler that writes what each event says: `put`, `delete`. */
function writing(writes: Map<string, (txn: UpdateOperations) => void>): Reactions {
  return { update: ({ name }, txn) => writes.get(name)?.(txn) };
}

/** Pushes an update that writes, or any event, and waits for it. */
async function push(
  loop: Rig,
  event: TestUpdate | ExternalConfigChange | ExternalConfigResync | DBResync | HealingResync,
): Promise<void> {
  loop.controller.pushEvent(event);
  await loop.clock.settle();
}

describe('merging', () => {
  it('EC22: V11: a value of a handler is merged over, and stands again when the source wants nothing any more', async () => {
    const writes = new Map<string, (txn: UpdateOperations) => void>([
      ['put', (txn) => txn.put('/k', { a: 1, b: 1 })],
      ['delete', (txn) => txn.delete('/k')],
    ]);
    const loop = await running({ handlers: { a: writing(writes) } });
    const seen: unknown[] = [];
    const see = async (event: TestUpdate | ExternalConfigChange): Promise<void> => {
      await push(loop, event);
      seen.push(loop.southbound.values.get('/k'));
    };
    await see(new TestUpdate('put'));
    await see(change('db', { '/k': { b: 2, c: 2 } }));
    await see(new TestUpdate('delete')); // EC23: external configuration stays
    await see(new TestUpdate('put'));
    await see(change('db', { '/k': null }));
    const merged = { a: 1, b: 2, c: 2 };
    expect(seen).toEqual([{ a: 1, b: 1 }, merged, { b: 2, c: 2 }, merged, { a: 1, b: 1 }]);
  });

  it('EC22: a key that only the source wanted is deleted with it', async () => {
    const loop = await running();
    await push(loop, change('db', { '/x': 1 }));
    await push(loop, change('db', { '/x': null }));
    expect(loop.southbound.commits.slice(1).map(({ values }) => Object.fromEntries(values))).toEqual([{ '/x': 1 }, { '/x': null }]);
  });

  it('EC23: a key that a handler deletes stays while a source wants it', async () => {
    const loop = await running(
      { handlers: { a: { resync: (_event, txn) => txn.put('/k', 'ours'), update: (_event, txn) => txn.delete('/k') } } },
      { externalConfig: { '/k': 'theirs' } },
    );
    await push(loop, new TestUpdate('e'));
    expect(loop.southbound.applied).toEqual({ '/k': 'theirs' });
    expect(loop.controller.getConfig('/k')).toBeUndefined();
  });

  it('V15: EH27: the declared precedence decides, in whatever order sources came', async () => {
    for (const order of [
      ['cli', 'file', 'db'],
      ['db', 'file', 'cli'],
      ['file', 'db', 'cli'],
    ]) {
      const loop = await running({ externalSources: [source('cli'), source('file')], precedence: ['file', 'cli', 'db'] });
      for (const name of order) await push(loop, change(name, { '/k': name }));
      await push(loop, new HealingResync({ type: 'afterError' }));
      expect(loop.southbound.applied).toEqual({ '/k': 'file' });
      await push(loop, change('file', { '/k': null }));
      expect(loop.southbound.applied).toEqual({ '/k': 'cli' });
    }
  });

  it('EH28: merging once more changes nothing: lists are not joined on and on', async () => {
    const loop = await running({ handlers: { a: { resync: (_event, txn) => txn.put('/k', { list: [1] }) } } });
    for (let round = 0; round < 3; round++) {
      await push(loop, change('db', { '/k': { list: [2, 3] } }));
      await push(loop, new HealingResync({ type: 'afterError' }));
      expect(loop.southbound.applied).toEqual({ '/k': { list: [2, 3] } });
    }
  });

  it('a source that cannot be merged is left out, told, and a failure of the event; the others have their say', async () => {
    const loop = await running({
      externalSources: [source('cli')],
      mergeRules: [
        { prefix: '/k', strategy: (wanted, external) => (external === 'bad' ? throwing(new Error('no'))() : (external ?? wanted)) },
      ],
    });
    await push(loop, change('db', { '/k': 'good' }));
    const event = change('cli', { '/k': 'bad' });
    await push(loop, event);
    await expect(event.wait()).rejects.toThrow('no');
    expect(loop.southbound.applied).toEqual({ '/k': 'good' });
    expect(loop.problems).toEqual([expect.objectContaining({ kind: 'merge', source: 'cli', key: '/k' })]);
    expect(loop.controller.report().healing).toBe('none'); // building it anew would not help
  });

  it('E7: a revertible event that cannot be merged is reverted, and nothing of it is wanted', async () => {
    const loop = await running(
      {
        handlers: { a: { update: (_event, txn) => txn.put('/k', 1) } },
        mergeRules: [{ prefix: '/k', strategy: (wanted, external) => (wanted === 1 ? throwing(new Error('no'))() : external) }],
      },
      { externalConfig: { '/k': 2 } },
    );
    const event = revertible('e');
    await push(loop, event);
    expect(event.answers).toEqual([expect.objectContaining({ message: 'no' })]);
    expect(loop.trace).toEqual(['a.update e', 'a.revert e']);
    expect(loop.controller.internalConfig).toEqual({});
  });

  it('EH19: a bad external value is answered and not healed', async () => {
    const loop = await running({ handlers: { a: {} } });
    loop.southbound.next(loop.southbound.failing('/bad'));
    const event = change('db', { '/bad': 1 });
    await push(loop, event);
    await expect(event.wait()).rejects.toMatchObject({ failures: [{ key: '/bad', wantedBy: ['db'] }] });
    await loop.clock.advance(100_000);
    expect(loop.trace).toEqual(['a.update External Config Change', 'commit update']);
  });
});

describe('snapshots', () => {
  it('EC24: a resync of the datastore asks all sources, and merges all of them', async () => {
    let wanted: KeyValuePairs = { '/cli': 1, '/both': { cli: 1 } };
    const loop = rig({
      handlers: { a: { resync: (_event, txn) => txn.put('/both', { own: 1 }) } },
      externalSources: [source('cli', () => wanted)],
    });
    await begin(loop, { externalConfig: { '/db': 1, '/both': { db: 1 } } });
    expect(loop.southbound.applied).toEqual({ '/both': { own: 1, db: 1, cli: 1 }, '/cli': 1, '/db': 1 });
    wanted = { '/cli': 2 };
    await push(loop, new DBResync({ kubeState: {}, externalConfig: {} }));
    expect(loop.southbound.applied).toEqual({ '/both': { own: 1 }, '/cli': 2 });
  });

  it.each<[string, () => ReturnType<ExternalConfigSource['getConfigSnapshot']>, string]>([
    ['throws', throwing(new Error('offline')), 'offline'],
    ['rejects', () => Promise.reject(new Error('offline')), 'offline'],
    ['answers nonsense', () => 7 as unknown as KeyValuePairs, 'snapshot'],
    ['has a value that is no plain data', () => ({ '/k': () => 1 }), '/k'],
    ['hangs', never, 'within 60000 ms'],
  ])('EC24: E16: one that %s keeps what it wanted, is told, and the resync goes on', async (_what, answer, message) => {
    let isBroken = false;
    const loop = await running({
      handlers: { a: {} },
      externalSources: [source('cli', () => (isBroken ? answer() : { '/cli': 1 }))],
    });
    isBroken = true;
    await push(loop, new DBResync({ kubeState: {}, externalConfig: { '/db': 1 } }));
    await loop.clock.advance(60_000);
    expect(loop.southbound.applied).toEqual({ '/cli': 1, '/db': 1 });
    expect(loop.problems[0]).toEqual({
      kind: 'snapshot',
      source: 'cli',
      error: expect.objectContaining({ message: expect.stringContaining(message) as unknown }) as unknown,
    });
    expect(loop.controller.history.query({ last: 1 })[0]?.notes?.[0]).toContain('"cli" has no snapshot');
    if (message.startsWith('within')) expect(loop.problems[0]).toMatchObject({ error: expect.any(TimedOutError) as unknown });
  });

  it('EC25: a resync of a source drops what it does not want any more, and nothing of others', async () => {
    const loop = await running(
      { externalSources: [source('cli', () => ({ '/cli/a': 1, '/cli/b': 1 }))] },
      { externalConfig: { '/db': 1 } },
    );
    await push(loop, new ExternalConfigResync({ source: 'cli', externalConfig: { '/cli/b': 2 } }));
    expect(loop.southbound.commits.at(-1)?.kind).toBe('upstreamResync');
    expect(loop.southbound.applied).toEqual({ '/cli/b': 2, '/db': 1 });
  });

  it('V16: a resync of the local fallback leaves external configuration as it is', async () => {
    const loop = await running({}, { externalConfig: { '/db': 1 } });
    await push(loop, new DBResync({ local: true, kubeState: {} }));
    expect(loop.southbound.applied).toEqual({ '/db': 1 });
    await push(loop, new DBResync({ kubeState: {}, externalConfig: {} }));
    expect(loop.southbound.applied).toEqual({});
  });

  it('EH26: V20: an unknown source is refused when it is pushed', async () => {
    const loop = await running({ resources: ['pods'] });
    expect(() => loop.controller.pushEvent(change('grpc', { '/k': 1 }))).toThrow('no source of external configuration "grpc"');
    expect(() => loop.controller.pushEvent(new ExternalConfigResync({ source: 'grpc', externalConfig: {} }))).toThrow('"grpc"');
    expect(() => loop.controller.pushEvent(new DBResync({ kubeState: { nodes: {} } }))).toThrow(
      'There is no resource "nodes" here; there are pods',
    );
    expect(loop.controller.report()).toMatchObject({ state: 'idle', queue: 0 });
  });
});
