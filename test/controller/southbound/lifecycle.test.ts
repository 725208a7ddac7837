/** Refusals, limits, hostile descriptors, and the end of a memory scheduler. */
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/controller/southbound/descriptor.js';
import { formatDump } from '../../../src/controller/southbound/dump.js';
import { MemoryPlane } from '../../../src/controller/southbound/plane.js';
import { MemoryScheduler } from '../../../src/controller/southbound/scheduler.js';
import type { SouthboundTransaction } from '../../../src/controller/southbound/port.js';
import { Play } from './play.js';

const item = (v: number, ...needs: string[]) => ({ v, needs });
const transaction = (parts: object = {}): SouthboundTransaction => ({
  description: 'test',
  kind: 'update',
  revertOnFailure: false,
  retry: undefined,
  verbose: false,
  values: new Map([['/a/1', item(1)]]),
  ...parts,
});

describe('a memory scheduler', () => {
  it.each([
    ['no descriptors', { descriptors: undefined }, 'descriptors'],
    [
      'two of one prefix',
      { descriptors: [0, 1].map((n) => new MemoryPlane().descriptor({ name: `${n}`, prefix: '/a/' })) },
      'descriptors[1].prefix',
    ],
    [
      'two of one name',
      { descriptors: ['/a/', '/b/'].map((prefix) => new MemoryPlane().descriptor({ name: 'x', prefix })) },
      'descriptors[1].name',
    ],
    ['no delete', { descriptors: [{ name: 'a', prefix: '/a/', create: () => {} }] }, 'descriptors[0].delete'],
    ['a negative timeout', { descriptors: [], operationTimeout: -1 }, 'operationTimeout'],
    ['no room', { descriptors: [], maxQueued: 0 }, 'maxQueued'],
    [
      'a wrong order',
      { descriptors: [new MemoryPlane().descriptor({ name: 'a', prefix: '/', retrieveAfter: ['a'] })] },
      'descriptors',
    ],
  ])('is not made with %s', (_what, options, field) => {
    expect(() => new MemoryScheduler(options as never)).toThrow(expect.objectContaining({ code: 'invalid', field }));
  });

  it.each([
    ['an unknown kind', { kind: 'resync' }, 'kind'],
    ['values in a downstream resync', { kind: 'downstreamResync' }, 'values'],
    ['a resync that can be taken back', { kind: 'fullResync', revertOnFailure: true }, 'revertOnFailure'],
    ['an empty key', { values: new Map([['', 1]]) }, 'key'],
    ['a function', { values: new Map([['/a/1', () => {}]]) }, 'value'],
    ['half a retry', { retry: { delay: 1 } }, 'retry.maxAttempts'],
  ])('refuses %s, and does nothing', async (_what, parts, field) => {
    const play = new Play();
    const result = await play.scheduler.commit(transaction(parts));
    expect(result).toMatchObject({ outcome: 'refused', sequence: undefined, refusal: { code: 'invalid', field } });
    expect([play.scheduler.history(), play.plane.calls]).toEqual([[], []]);
  });

  it('refuses more than may wait', async () => {
    const play = new Play({ maxQueued: 2 });
    const results = [1, 2, 3, 4].map(() => play.scheduler.commit(transaction()));
    const outcomes = (await Promise.all(results)).map(({ outcome, refusal }) => [
      outcome,
      (refusal as { code?: string } | undefined)?.code,
    ]);
    expect(outcomes).toEqual([['applied', undefined], ['applied', undefined], ['refused', 'queue-full'], ['refused', 'queue-full']]); // prettier-ignore
  });

  it('says that a key has no descriptor, and applies the rest; the longest prefix counts', async () => {
    const plane = new MemoryPlane();
    const made: string[] = [];
    const noting = ['/a/', '/a/b/'].map((prefix): Descriptor => {
      const descriptor = plane.descriptor({ name: prefix, prefix });
      return Object.assign(descriptor, { create: (key: string) => void made.push(`${prefix} ${key}`) });
    });
    const play = new Play({ descriptors: noting });
    const result = await play.commit([['/a/1', 1], ['/a/b/1', 1], ['/z', 1]]); // prettier-ignore
    expect(made).toEqual(['/a/ /a/1', '/a/b/ /a/b/1']);
    expect(result.outcome).toBe('partlyApplied');
    expect(result.values.map(({ status }) => status)).toEqual(['configured', 'configured', 'invalid']);
    expect(result.failures).toMatchObject([{ key: '/z', operation: 'validate', error: { code: 'invalid' } }]);
  });

  it('reads nothing where nobody can, and reports what cannot be read: what was done is taken for what is there', async () => {
    const play = new Play();
    const values = [['/a/1', item(1)], ['/b/1', item(1)], ['/c/1', item(1)]] as const; // prettier-ignore
    await play.commit(values, { kind: 'fullResync' });
    play.plane.remove('/a/1');
    play.plane.remove('/b/1');
    play.plane.fail({ key: 'a', operation: 'retrieve' });
    const result = await play.commit(values, { kind: 'fullResync' });
    expect(result).toMatchObject({ outcome: 'partlyApplied', failures: [{ key: '/a/', operation: 'retrieve' }] });
    expect(play.operations(result.sequence)).toEqual(['retrieve /b/1', 'create /b/1']);
  });

  it('survives descriptors that throw anything, answer nonsense, or never', async () => {
    const hostile: Descriptor = {
      name: 'hostile',
      prefix: '/h/',
      create: (key) => (key === '/h/hangs' ? new Promise(() => {}) : Promise.reject('no error at all')),
      delete: () => {
        throw undefined;
      },
      dependencies: (key) => (key === '/h/needs' ? (42 as never) : []),
      equals: () => {
        throw new Error('cannot compare');
      },
      isRetriable: () => {
        throw new Error('cannot tell');
      },
      retrieve: () => [{ key: '/elsewhere', value: 1 }],
    };
    const play = new Play({ descriptors: [hostile] });
    const keys = ['/h/hangs', '/h/needs', '/h/rejects'];
    const result = await play.commit(keys.map((key) => [key, item(1)]));
    expect(result.failures.map(({ key, operation }) => [key, operation])).toEqual([
      ['/h/hangs', 'create'],
      ['/h/needs', 'validate'],
      ['/h/rejects', 'create'],
      ['/h/', 'retrieve'],
    ]);
    expect(result.failures[0]?.error).toMatchObject({ code: 'timed-out' });
    expect(keys.map((key) => play.status(key))).toEqual(['retrying', 'retrying', 'retrying']);
  });

  it('ends the waiting with the signal, not the work', async () => {
    const play = new Play();
    play.plane.slowDown(10);
    const abort = new AbortController();
    const waiting = play.scheduler.commit(transaction(), { signal: abort.signal }).catch((reason: unknown) => reason);
    abort.abort('enough');
    expect(await waiting).toBe('enough');
    await play.clock.advance(10);
    expect(play.status('/a/1')).toBe('configured');
    expect(await play.scheduler.commit(transaction(), { signal: abort.signal })).toMatchObject({ outcome: 'refused' });
  });

  it('lets the transaction under way end when it is closed, refuses the rest, and leaves no timer', async () => {
    const play = new Play({ operationTimeout: 1e6, closeTimeout: 1_000 });
    play.plane.fail({ key: '/a/1', operation: 'create' });
    await play.commit([['/a/1', item(1)]]);
    play.plane.fail({ key: '/a/2', operation: 'create', mode: 'hang' });
    const results = ['/a/2', '/a/3'].map((key) => play.scheduler.commit(transaction({ values: new Map([[key, item(1)]]) })));
    await play.clock.settle();
    const closings = [play.scheduler.close(), play.scheduler[Symbol.asyncDispose]()];
    await play.clock.advance(1_000);
    await Promise.all(closings);
    expect((await Promise.all(results)).map(({ outcome }) => outcome)).toEqual(['partlyApplied', 'refused']);
    expect(play.scheduler.statuses().map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(play.events).toMatchObject([{ report: { key: '/a/1', status: 'failed' } }]);
    expect(play.clock.pending).toBe(0);
    await play.scheduler.whenSettled();
    expect(await play.scheduler.commit(transaction())).toMatchObject({ outcome: 'refused', refusal: { code: 'closed' } });
  });

  it('tells every listener, whatever another one does', async () => {
    const play = new Play();
    const told: string[] = [];
    play.scheduler.subscribe(() => {
      throw new Error('oops');
    });
    const end = play.scheduler.subscribe(({ type }) => told.push(type));
    play.scheduler.restored();
    end();
    play.scheduler.restored();
    expect(told).toEqual(['restored']);
  });

  it('shows itself as a table', async () => {
    const play = new Play();
    play.plane.fail({ key: '/a/2', operation: 'create' });
    await play.commit([['/a/1', item(1, '/b/1')], ['/a/2', item(2)]]); // prettier-ignore
    expect(formatDump(play.scheduler.dump()).split('\n')).toEqual([
      'KEY   STATUS    WANTED                    ACTUAL  WHY',
      '/a/1  pending   {"v":1,"needs":["/b/1"]}  -       waits for /b/1',
      '/a/2  retrying  {"v":2,"needs":[]}        -       retry 1 in 1000 ms; The plane was told to fail …',
      '',
    ]);
  });
});

describe('a memory plane', () => {
  it('remembers the newest calls alone', async () => {
    const plane = new MemoryPlane({ callLimit: 2 });
    const { create } = plane.descriptor({ name: 'a', prefix: '/a/' });
    const { signal } = new AbortController();
    for (const key of ['/a/1', '/a/2', '/a/3']) await create(key, item(1), { signal });
    expect(plane.calls.map(({ key }) => key)).toEqual(['/a/2', '/a/3']);
    expect(() => new MemoryPlane({ callLimit: -1 })).toThrow(expect.objectContaining({ code: 'invalid', field: 'callLimit' }));
  });
});
