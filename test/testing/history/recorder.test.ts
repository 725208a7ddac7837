/** A recorder writes down what happens and changes nothing of it. */
import { describe, expect, it } from 'vitest';
import { OutcomeUnknownError, ParseError, RevisionCompactedError, type SyncerCallbacks } from '../../../src/index.js';
import { MemoryDatastore } from '../../../src/memory.js';
import {
  HistoryRecorder,
  ScriptedClient,
  SimulatedClock,
  type HistoryKind,
  type HistoryRecord,
} from '../../../src/testing/index.js';

function open(options: { readonly salt?: string } = {}) {
  const clock = new SimulatedClock();
  const records: HistoryRecord[] = [];
  const recorder = new HistoryRecorder({ clock, revisions: 'integers', sink: (record) => void records.push(record), ...options });
  const of = <K extends HistoryKind>(kind: K) =>
    records.filter((record): record is Extract<HistoryRecord, { kind: K }> => record.kind === kind);
  return { clock, records, recorder, of };
}

describe('HistoryRecorder', () => {
  it('numbers its records, gives them their time, and tells every listener until it leaves', async () => {
    const { clock, records, recorder } = open();
    const heard: number[] = [];
    const leave = recorder.listen(({ seq }) => heard.push(seq));
    recorder.note('a', { kind: 'ended' });
    await clock.advance(5);
    recorder.note('b', { kind: 'healed', bound: 7 });
    leave();
    recorder.note('c', { kind: 'ended' });
    expect(records.map(({ seq, at, actor }) => [seq, at, actor])).toEqual([
      [1, 0, 'a'],
      [2, 5, 'b'],
      [3, 5, 'c'],
    ]);
    expect(heard).toEqual([1, 2]);
  });

  it('hashes values by what they hold, and with its salt', () => {
    const { recorder } = open();
    expect(recorder.hash({ a: 1, b: [2, 'x'] })).toBe(recorder.hash({ b: [2, 'x'], a: 1 }));
    const all = [1, '1', true, 'true', null, [], {}, [1], { a: 1 }, { a: '1' }, '', 0, [[]], { a: {} }, { ['__proto__']: 1 }].map(
      (value) => recorder.hash(value),
    );
    expect(new Set(all).size).toBe(all.length);
    expect(open({ salt: 's' }).recorder.hash(1)).not.toBe(recorder.hash(1));
    const round: unknown[] = [];
    round.push(round);
    expect(recorder.hash(round)).toHaveLength(16); // never throws
  });
});

describe('a life', () => {
  it('is recorded from its beginning to its end', () => {
    const { recorder, records } = open();
    recorder.mirrorStarted('mirror:1', { types: [] });
    recorder.healed(60_000);
    recorder.mirrorStopping('mirror:1');
    recorder.mirrorStopping('mirror:2', { mode: 'silent', limit: 5 });
    recorder.mirrorStopped('mirror:1');
    recorder.mirrorStopped('mirror:2', 3);
    recorder.ended();
    expect(records.map(({ seq: _, at: __, ...rest }) => rest)).toEqual([
      { actor: 'mirror:1', kind: 'mirror.started', types: [] },
      { actor: 'recorder', kind: 'healed', bound: 60_000 },
      { actor: 'mirror:1', kind: 'mirror.stopping', mode: 'emitDeletes' },
      { actor: 'mirror:2', kind: 'mirror.stopping', mode: 'silent', limit: 5 },
      { actor: 'mirror:1', kind: 'mirror.stopped' },
      { actor: 'mirror:2', kind: 'mirror.stopped', undelivered: 3 },
      { actor: 'recorder', kind: 'ended' },
    ]);
  });
});

describe('a listener that throws', () => {
  const full = new Error('the disk is full');
  const fail = (): never => {
    throw full;
  };
  const reject = (): unknown => Promise.reject(full);

  it.each<[string, () => unknown]>([
    ['at once', fail],
    ['later', reject],
  ])('%s is given no more, is named, and the others hear everything', async (_, failing) => {
    const { recorder, records } = open();
    let calls = 0;
    recorder.listen(() => {
      calls++;
      return failing();
    });
    expect(recorder.failure).toBeUndefined();
    expect(recorder.note('a', { kind: 'ended' })).toBe(1);
    await Promise.resolve();
    expect(recorder.failure).toBe(full);
    expect(recorder.note('a', { kind: 'ended' })).toBe(2);
    recorder.listen(() => {
      throw new TypeError('another one');
    });
    recorder.note('a', { kind: 'ended' });
    expect([calls, records.length]).toEqual([1, 3]);
    expect(recorder.failure).toBe(full); // the first
  });

  it('says what was thrown that is no error', async () => {
    const { recorder } = open();
    const refuse: () => unknown = () => Promise.reject('a word');
    recorder.listen(refuse);
    recorder.note('a', { kind: 'ended' });
    await Promise.resolve();
    expect(recorder.failure?.message).toBe('A listener threw a word.');
  });

  it('changes nothing of what is recorded', async () => {
    const clock = new SimulatedClock();
    const datastore = new MemoryDatastore({ clock });
    const recorder = new HistoryRecorder({ clock, sink: fail });
    const every = (): void => void recorder.listen(fail); // one for each record
    const truth = await recorder.truth(datastore);
    every();
    const client = recorder.client(datastore, 'client:1');
    every();
    const created = await client.create({ key: '/a/x', value: 1 });
    every();
    expect((await client.list({ kind: 'a' })).items).toEqual([created]);
    every();
    expect(recorder.callbacks({}, 'mirror:1').onStatusUpdated('inSync')).toBeUndefined();
    every();
    await datastore.apply({ key: '/a/x', value: 2 });
    await clock.advance(1);
    expect(truth.revision).toBe(datastore.revision);
    every();
    await datastore.close(); // the end of the truth is recorded, too, and rejects nowhere but in stop()
    await clock.advance(1);
    await expect(truth.stop()).rejects.toMatchObject({ code: 'closed' });
    expect(recorder.failure).toBe(full);
  });
});

describe('a recorded client', () => {
  it('passes capabilities, order, results and errors through', async () => {
    const { recorder, of } = open();
    const datastore = new MemoryDatastore();
    const client = recorder.client(datastore, 'client:1');
    expect(client.capabilities).toBe(datastore.capabilities);
    expect(client.compareRevisions?.('10', '9')).toBeGreaterThan(0);
    const created = await client.create({ key: '/a/x', value: 1, ttl: 60_000 });
    expect(await client.get('/a/x')).toBe(created);
    const error = await client.update({ key: '/a/x', value: 2, revision: '1' }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'resource-update-conflict' });
    await client.transaction?.([
      { op: 'apply', object: { key: '/a/y', value: 3 } },
      { op: 'delete', key: '/a/x' },
    ]);
    await client.clean();
    await client.close();
    await datastore.close();
    expect(
      of('call.began').map(({ op, operations }) => [op, operations?.map(({ key, expected, expires }) => [key, expected, expires])]),
    ).toEqual([
      ['create', [['/a/x', undefined, true]]],
      ['get', undefined],
      ['update', [['/a/x', '1', undefined]]],
      [
        'transaction',
        [
          ['/a/y', undefined, undefined],
          ['/a/x', undefined, undefined],
        ],
      ],
      ['clean', undefined],
    ]);
    expect(of('call.failed').map(({ call, code }) => [call, code])).toEqual([[3, 'resource-update-conflict']]);
    expect(of('call.returned').map(({ call, items }) => [call, items.map(({ key }) => key)])).toEqual([
      [1, ['/a/x']],
      [2, ['/a/x']],
      [4, ['/a/y', '/a/x']],
      [5, []],
    ]);
  });

  it('has no more than the client has', () => {
    const { clock, recorder } = open();
    const plain = recorder.client(new ScriptedClient(clock), 'mirror:1');
    expect(plain.compareRevisions).toBeUndefined();
    expect('create' in plain).toBe(false);
    const store = new MemoryDatastore({ clock });
    const without = Object.assign(Object.create(store) as MemoryDatastore, { transaction: undefined });
    expect(recorder.client(without, 'client:1').transaction).toBeUndefined();
  });

  it('throws the very error that the client threw, and records its code or its name', async () => {
    const { clock, recorder, of } = open();
    const script = new ScriptedClient(clock);
    const client = recorder.client(script, 'mirror:1');
    const errors = [new RevisionCompactedError('x'), new OutcomeUnknownError('x'), new TypeError('secret')];
    script.onList('a', ...errors);
    for (const error of errors) await expect(client.list({ kind: 'a' })).rejects.toBe(error);
    script.onWatch('a', ...errors);
    for (const error of errors) await expect(client.watch({ kind: 'a' })).rejects.toBe(error);
    const codes = ['revision-compacted', 'outcome-unknown', 'TypeError'];
    expect(of('list.failed').map(({ code }) => code)).toEqual(codes);
    expect(of('watch.ended').map(({ reason, code }) => [reason, code])).toEqual(codes.map((code) => ['refused', code]));
  });

  it('reads a watch only when it is asked, once, and records every batch and its end', async () => {
    const { clock, recorder, of } = open();
    const datastore = new MemoryDatastore({ clock });
    const client = recorder.client(datastore, 'client:1');
    const watch = await client.watch({}, { revision: '1' });
    await datastore.create({ key: '/a/x', value: 1 });
    await clock.advance(1);
    expect(of('watch.received')).toEqual([]);
    const iterator = watch[Symbol.asyncIterator]();
    const batch = (await iterator.next()).value;
    expect(of('watch.received').map(({ events }) => events.length)).toEqual([batch?.length]);
    expect(() => watch[Symbol.asyncIterator]()).toThrow('can be iterated once');
    await iterator.return?.();
    expect(watch.hasTerminated).toBe(true);
    await watch.stop();
    expect(of('watch.ended').map(({ reason }) => reason)).toEqual(['stopped']);
    expect(clock.pending).toBe(0);
  });

  it('records what nobody waits for any more, once, and leaves no listener', async () => {
    const { clock, recorder, of } = open();
    const script = new ScriptedClient(clock);
    const client = recorder.client(script, 'mirror:1');
    script.onList('a', 'never', { items: [], revision: '1' });
    const [first, second] = [new AbortController(), new AbortController()];
    const pending = client.list({ kind: 'a' }, { signal: first.signal });
    await Promise.resolve();
    first.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
    await client.list({ kind: 'a' }, { signal: second.signal });
    second.abort();
    expect(of('request.cancelled').map(({ request }) => request)).toEqual([1]);
    expect(of('list.failed').map(({ request }) => request)).toEqual([1]);
  });
});

describe('recorded callbacks', () => {
  it('pass on what they are given, what is returned and what is thrown, and work with none', async () => {
    const { recorder, records } = open();
    const given: unknown[] = [];
    let settle: () => void = () => {};
    const callbacks: SyncerCallbacks = {
      onStatusUpdated: (status) => void given.push(status),
      onUpdates: () => new Promise<void>((resolve) => (settle = resolve)),
      parseMended: () => {
        throw new Error('no');
      },
      syncRecovered: () => Promise.reject(new Error('not at all')),
    };
    const recorded = recorder.callbacks(callbacks, 'mirror:1');
    expect(recorded.onStatusUpdated('inSync')).toBeUndefined();
    expect(given).toEqual(['inSync']);
    const pending = recorded.onUpdates([{ type: 'new', key: '/a/x', value: { secret: 1 }, revision: '2' }]);
    expect(records.at(-1)).toMatchObject({ kind: 'updates', updates: [{ op: 'new', key: '/a/x', revision: '2' }] });
    settle();
    await pending;
    expect(records.at(-1)).toMatchObject({ kind: 'callback.returned', callback: 'onUpdates' });
    expect(() => recorded.parseMended('/a/x')).toThrow('no');
    expect(records.at(-1)).toMatchObject({ kind: 'callback.returned', callback: 'parseMended', failed: true });
    await expect(recorded.syncRecovered({ list: {} })).rejects.toThrow('not at all');
    expect(records.at(-1)).toMatchObject({ callback: 'syncRecovered', failed: true });
    expect(recorded.parseFailed(new ParseError('x', { rawKey: '/a/x', rawValue: 'secret', revision: '3' }))).toBeUndefined();
    expect(records.at(-2)).toMatchObject({ kind: 'notice', callback: 'parseFailed', rawKey: '/a/x', revision: '3' });
    expect(JSON.stringify(records)).not.toContain('secret');
  });
});

describe('the truth', () => {
  it('has everything from its beginning on, revision by revision', async () => {
    const { clock, recorder, records } = open();
    const datastore = new MemoryDatastore({ clock });
    await datastore.create({ key: '/a/x', value: 1 });
    await datastore.corrupt('/a/bad', '{');
    const truth = await recorder.truth(datastore);
    await datastore.transaction([
      { op: 'apply', object: { key: '/a/x', value: 2 } },
      { op: 'create', object: { key: '/a/y', value: 1 } },
    ]);
    await datastore.delete('/a/x');
    await datastore.corrupt('/a/y', '{');
    await clock.advance(1);
    expect(truth.revision).toBe(datastore.revision);
    await truth.stop();
    expect(
      records.map((record) => [
        record.kind,
        'revision' in record ? record.revision : '',
        'changes' in record ? record.changes.map(({ key, hash, malformed }) => [key, hash !== null, malformed]) : [],
      ]),
    ).toEqual([
      ['state', '3', []],
      [
        'write',
        '4',
        [
          ['/a/x', true, undefined],
          ['/a/y', true, undefined],
        ],
      ],
      ['write', '5', [['/a/x', false, undefined]]],
      ['write', '6', [['/a/y', false, true]]],
    ]);
    expect(records[0]).toMatchObject({ items: [{ key: '/a/x', revision: '2' }], malformed: ['/a/bad'] });
  });

  it('says so when it is lost', async () => {
    const { clock, recorder, records } = open();
    const datastore = new MemoryDatastore({ clock });
    const truth = await recorder.truth(datastore);
    await datastore.close();
    await clock.advance(1);
    expect(records.at(-1)).toMatchObject({ kind: 'truth.lost', code: 'closed' });
    await expect(truth.stop()).rejects.toMatchObject({ code: 'closed' });
  });
});
