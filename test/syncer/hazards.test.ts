/**
 * The hazards of Calico's watchersyncer and of its users' issues (H1-H49), as far as this floor can meet them: each is a test here, or
 * a line of docs/SPEC.md that says where it is tested or why it cannot happen.
 */
import { describe, expect, it } from 'vitest';
import {
  ApiMissingError,
  createSyncer,
  DatastoreThrottledError,
  DatastoreUnavailableError,
  OperationNotSupportedError,
  RevisionCompactedError,
  RevisionTooNewError,
  SyncStatus,
  UnauthorizedError,
  ValidationError,
  WatchEventType,
  type KVPair,
  type ResourceType,
  type WatchEvent,
} from '../../src/index.js';
import { MemoryDatastore } from '../../src/memory.js';
import { FaultyClient, ScriptedClient, seededRandom, SimulatedClock } from '../../src/testing/index.js';
import {
  added,
  bookmark,
  constantBackoff,
  deleted,
  listOf,
  modified,
  openBench,
  pair,
  type Bench,
  type BenchOptions,
} from '../support/bench.js';
import { Recorder } from '../support/recorder.js';

const wait = 'status waitForDatastore';
const resync = 'status resyncInProgress';
const inSync = 'status inSync';
const compacted = new RevisionCompactedError('too old');
const unknown = new Error('something else');
const refused = new DatastoreUnavailableError('refused');
const minute = 60_000;

/** Lists these objects of kind `a` at revision 10, opens the watch, and forgets what was told so far. */
async function synced(options: BenchOptions = {}, ...objects: readonly KVPair[]): Promise<Bench> {
  const bench = await openBench(options);
  bench.client.onList('a', listOf(10, ...objects));
  bench.client.onWatch('a', 'opened');
  await bench.clock.settle();
  expect(bench.recorder.take().at(-1)).toBe(inSync);
  return bench;
}

/** A syncer on a memory datastore behind a line that can be struck. */
async function onMemory(types: readonly ResourceType[], options: BenchOptions = {}) {
  const clock = new SimulatedClock();
  const datastore = new MemoryDatastore({ clock, random: seededRandom(1) });
  const client = new FaultyClient(datastore, { clock, random: seededRandom(1) });
  const recorder = new Recorder();
  const syncer = createSyncer(client, types, recorder, { clock, backoff: constantBackoff, ...options });
  const start = async (): Promise<void> => {
    syncer.start();
    await clock.settle();
    recorder.take();
  };
  const end = async (): Promise<void> => {
    const stopped = syncer.stop();
    await clock.advance(10_000);
    await stopped;
    await datastore.close();
    expect(recorder.violations).toEqual([]);
    expect(clock.pending).toBe(0);
  };
  return { clock, datastore, client, recorder, syncer, start, end };
}

describe('revisions', () => {
  it('H1: the cursor never moves back: after deletions the watch goes on from the deletion, and nothing is replayed', async () => {
    const { client, clock, recorder, requests, end } = await synced();
    client.send('a', added(pair('a', 'A', 11)), added(pair('a', 'B', 12)));
    client.send('a', deleted(pair('a', 'B', 12), 13), deleted(pair('a', 'A', 11), 14));
    await clock.advance(600);
    client.end('a');
    client.onWatch('a', 'opened');
    await clock.advance(600);
    expect(requests('watch')).toEqual(['0@10', '600@14']);
    expect(recorder.take()).toEqual(['new /a/A, new /a/B', 'deleted /a/B, deleted /a/A']);
    await end();
  });

  it('H2, R10: the answer of a lagging replica is not used, whether it was asked for a revision or for the latest', async () => {
    const { clock, datastore, client, recorder, start, end, syncer } = await onMemory([{ list: { kind: 'a' } }]);
    await datastore.create({ key: '/a/old', value: 1 });
    await start();
    await datastore.delete('/a/old');
    await datastore.create({ key: '/a/new', value: 2 });
    await clock.settle();
    recorder.take();
    client.setRates({ 'list.stale': 1 });
    client.strike('watch.expired');
    await clock.advance(2 * minute);
    expect(client.fired['list.stale']).toBeGreaterThan(3);
    expect(recorder.take().filter((line) => !line.startsWith('status'))).toEqual([]);
    expect(syncer.types()[0]?.lastFailure?.kind).toBe('stale');
    client.heal();
    await clock.advance(minute);
    expect(syncer.status).toBe(SyncStatus.InSync);
    expect([...recorder.picture.keys()]).toEqual(['/a/new']);
    await end();
  });

  it('H12, H49: a datastore that was restored to smaller revisions is believed when it insists, and the mirror follows it', async () => {
    const clock = new SimulatedClock();
    const client = Object.assign(new ScriptedClient(clock), { compareRevisions: (a: string, b: string) => Number(a) - Number(b) });
    const recorder = new Recorder();
    const syncer = createSyncer(client, [{ list: { kind: 'a' } }], recorder, { clock, backoff: constantBackoff });
    syncer.start();
    client.onList('a', listOf(100, pair('a', '1', 90), pair('a', '2', 91)));
    client.onWatch('a', 'opened');
    await clock.settle();
    recorder.take();
    client.end('a', new RevisionTooNewError('you are ahead of me'));
    client.onList('a', new RevisionTooNewError('you are ahead of me'));
    const restored = listOf(50, pair('a', '1', 40, 'restored'));
    client.onList('a', ...Array.from({ length: 6 }, () => restored));
    client.onWatch('a', 'opened');
    await clock.advance(5_000);
    expect(recorder.take(), 'not believed at once').toEqual([resync]);
    await clock.advance(5_000);
    expect(recorder.take()).toEqual(['updated /a/1, deleted /a/2', inSync]);
    expect(client.calls.at(-1)?.request.revision).toBe('50');
    await syncer.stop();
    expect(recorder.violations).toEqual([]);
  });

  it('H49: another store under the same address is recognised at once, and its equal revisions prove nothing', async () => {
    const { client, clock, recorder, end } = await openBench();
    client.onList('a', { ...listOf(10, pair('a', '1', 5, 'first store'), pair('a', '2', 6)), storeId: 'one' });
    client.onWatch('a', 'opened');
    await clock.settle();
    recorder.take();
    client.end('a', compacted);
    client.onList('a', { ...listOf(9, pair('a', '1', 5, 'second store')), storeId: 'two' });
    client.onWatch('a', 'opened');
    await clock.advance(600);
    expect(recorder.take()).toEqual([resync, 'updated /a/1, deleted /a/2', inSync]);
    expect(recorder.picture.get('/a/1')?.value).toBe('second store');
    await end();
  });

  it('H14: an item is newer than the collection it is listed in, and nothing between list and watch is missed', async () => {
    const { clock, datastore, recorder, start, end } = await onMemory([{ list: { kind: 'a' } }]);
    await datastore.create({ key: '/b/other', value: 1 });
    await datastore.create({ key: '/a/1', value: 1 });
    await datastore.create({ key: '/b/another', value: 1 });
    await start();
    await datastore.create({ key: '/a/2', value: 2 });
    await clock.settle();
    expect(recorder.take()).toEqual(['new /a/2']);
    await end();
  });
});

describe('revisions beyond what a number can hold', () => {
  it('C9: are told apart, compared for equality only, and handed back to the letter', async () => {
    const { client, clock, recorder, requests, end } = await openBench();
    client.onList('a', listOf('9007199254740993', pair('a', '1', '9007199254740992')));
    client.onWatch('a', 'opened');
    await clock.settle();
    client.send('a', modified(pair('a', '1', '9007199254740994')), modified(pair('a', '1', '9007199254740995')));
    await clock.advance(600);
    client.end('a');
    client.onWatch('a', 'opened');
    await clock.advance(600);
    expect(requests('watch')).toEqual(['0@9007199254740993', '600@9007199254740995']);
    expect(recorder.updates.at(-1)?.revision).toBe('9007199254740995');
    await end();
  });
});

describe('failures of lists', () => {
  it('H5: the grace of the retry timeout counts from the start', async () => {
    const { client, clock, recorder, end } = await openBench({ watchRetryTimeout: 600_000 });
    client.onList('a', ...Array.from({ length: 700 }, () => refused));
    await clock.advance(599_000);
    expect(recorder.take()).toEqual([wait]);
    await clock.advance(2_000);
    expect(recorder.take()[0]).toBe('syncFailed a unavailable');
    await end();
  });

  it('H6: when the API goes, its objects go: not at the first answer, which may be a hiccup, but at the second', async () => {
    const { client, clock, recorder, requests, end } = await synced({}, pair('a', '1', 1));
    client.end('a', compacted);
    client.onList('a', new ApiMissingError('gone'), new ApiMissingError('gone'));
    await clock.advance(500);
    expect(recorder.take()).toEqual([resync]);
    await clock.advance(1_000);
    expect(recorder.take()).toEqual(['deleted /a/1', inSync]);
    await clock.advance(29 * minute);
    expect(requests('list')).toHaveLength(3);
    client.onList('a', listOf(20, pair('a', '1', 19)));
    await clock.advance(2 * minute);
    expect(recorder.take()).toEqual(['new /a/1']);
    await end();
  });

  it('H6: an API that was away for one answer costs nothing', async () => {
    const { client, clock, recorder, end } = await synced({}, pair('a', '1', 1));
    client.end('a', compacted);
    client.onList('a', new ApiMissingError('hiccup'), listOf(20, pair('a', '1', 1)));
    client.onWatch('a', 'opened');
    await clock.advance(2_000);
    expect(recorder.take()).toEqual([resync, inSync]);
    await end();
  });

  it('H7: missing, cut, missing: the status is constant', async () => {
    const { client, clock, recorder, end } = await openBench();
    const missing = new ApiMissingError('not installed');
    client.onList('a', missing, refused, missing);
    await clock.advance(31 * minute);
    expect(recorder.take()).toEqual([wait, resync, inSync]);
    await end();
  });

  it('H8: while polling, one failing list changes nothing, and an outage does', async () => {
    const { client, clock, recorder, end } = await openBench({ watchRetryTimeout: 20_000 });
    client.onList('a', listOf(1), refused, listOf(2));
    client.onWatch('a', new OperationNotSupportedError('no'), new OperationNotSupportedError('no'));
    await clock.advance(9_000);
    expect(recorder.take()).toEqual([wait, resync, inSync]);
    client.onList('a', ...Array.from({ length: 60 }, () => refused));
    await clock.advance(40_000);
    expect(recorder.take()[0]).toBe(wait);
    await end();
  });

  it('H13, R13: a page that fails sweeps nothing; one that has expired leads to one list in one piece', async () => {
    const { client, clock, recorder, requests, end } = await synced({}, pair('a', '1', 1), pair('a', '2', 2));
    client.end('a', compacted);
    client.onList('a', { ...listOf(20, pair('a', '1', 1)), continue: 'page 2' }, refused);
    await clock.advance(1_000);
    expect(recorder.take()).toEqual([resync]);
    client.onList(
      'a',
      { ...listOf(21, pair('a', '1', 1)), continue: 'page 2' },
      compacted,
      listOf(22, pair('a', '1', 1), pair('a', '2', 2)),
    );
    client.onWatch('a', 'opened');
    await clock.advance(1_000);
    expect(recorder.take()).toEqual([inSync]);
    expect(client.calls.findLast(({ op }) => op === 'list')?.request.limit).toBeUndefined();
    expect(requests('watch').at(-1)).toContain('@22');
    await end();
  });

  it('H36: no resource type is an error; a list that is not supported is said at once, and again', async () => {
    expect(() => createSyncer(new ScriptedClient(new SimulatedClock()), [])).toThrow(ValidationError);
    const { client, clock, recorder, syncer, end } = await openBench();
    client.onList('a', new OperationNotSupportedError('cannot list this'), new OperationNotSupportedError('cannot list this'));
    await clock.advance(1_500);
    expect(recorder.take()).toEqual([wait, 'syncFailed a unsupported', resync, 'syncFailed a unsupported']);
    expect(syncer.types()[0]?.lastFailure?.kind).toBe('unsupported');
    await end();
  });

  it('R20: a request for patience is heeded', async () => {
    const { client, clock, requests, end } = await openBench();
    client.onList('a', new DatastoreThrottledError('slow down', { retryAfter: 7_000 }), listOf(1));
    client.onWatch('a', new DatastoreThrottledError('slow down', { retryAfter: 9_000 }), 'opened');
    await clock.advance(20_000);
    expect(requests('list')).toEqual(['0@latest', '7000@latest']);
    expect(requests('watch')).toEqual(['7000@1', '16000@1']);
    await end();
  });

  it('a list that hangs is given up after the request timeout, one whose pages arrive is not', async () => {
    const { client, clock, requests, end } = await openBench({ requestTimeout: 5_000 });
    client.onList('a', 'never', { ...listOf(1), continue: 'page 2' });
    await clock.advance(10_000);
    client.onList('a', { ...listOf(1), continue: 'page 3' });
    await clock.advance(4_000);
    client.onList('a', listOf(1));
    client.onWatch('a', 'opened');
    await clock.advance(1);
    expect(requests('list')).toEqual(['0@latest', '6000@latest', '6000@latest', '10000@latest']);
    expect(client.isWatching('a')).toBe(true);
    await end();
  });
});

describe('failures of watches', () => {
  it('H3, R17: an entry that becomes unreadable is reported once, costs no list, and disturbs nobody', async () => {
    const { clock, datastore, client, recorder, syncer, start, end } = await onMemory([{ list: { kind: 'a' } }]);
    await datastore.create({ key: '/a/1', value: 'good' });
    await start();
    await datastore.corrupt('/a/1', '{"half');
    await datastore.create({ key: '/a/2', value: 'other' });
    await clock.settle();
    expect(recorder.take()).toEqual(['new /a/2', 'parseFailed /a/1']);
    expect(recorder.picture.get('/a/1')?.value, 'the last state that could be read stays').toBe('good');
    expect(syncer.types()[0]?.malformed.map(({ rawKey }) => rawKey)).toEqual(['/a/1']);
    client.strike('watch.expired');
    await clock.advance(1_000);
    expect(recorder.take(), 'a list does not sweep it either').toEqual([resync, inSync]);
    await datastore.apply({ key: '/a/1', value: 'mended' });
    await clock.settle();
    expect(recorder.take()).toEqual(['updated /a/1', 'parseMended /a/1']);
    await datastore.corrupt('/a/1', '{"again');
    await datastore.delete('/a/1');
    await clock.settle();
    expect(recorder.take()).toEqual(['deleted /a/1', 'parseFailed /a/1', 'parseMended /a/1']);
    await end();
  });

  it('R17: with onMalformed delete, an entry that becomes unreadable is shown as deleted', async () => {
    const { clock, datastore, client, recorder, start, end } = await onMemory([{ list: { kind: 'a' }, onMalformed: 'delete' }]);
    await datastore.create({ key: '/a/1', value: 'good' });
    await start();
    await datastore.corrupt('/a/1', '{"half');
    await clock.settle();
    expect(recorder.take()).toEqual(['deleted /a/1', 'parseFailed /a/1']);
    client.strike('watch.expired');
    await clock.advance(1_000);
    expect(recorder.take()).toEqual([resync, inSync]);
    await end();
  });

  it('H4: a watch that is quiet and healthy does not age the contact: one failing list later is not an outage', async () => {
    const { client, clock, recorder, end } = await synced({ watchRetryTimeout: 10 * minute, idleLimit: 10_000 * minute });
    await clock.advance(60 * minute);
    client.end('a', compacted);
    client.onList('a', refused, listOf(20));
    client.onWatch('a', 'opened');
    await clock.advance(5_000);
    expect(recorder.take()).toEqual([resync, inSync]);
    await end();
  });

  it('H9: a watch that is accepted and closed at once, again and again, is not believed for ever: the objects are listed', async () => {
    const { client, clock, recorder, requests, end } = await synced();
    for (let round = 0; round < 4; round++) {
      client.end('a');
      client.onWatch('a', 'opened');
      await clock.advance(500);
    }
    client.end('a');
    client.onList('a', listOf(20, pair('a', 'lost', 15)));
    client.onWatch('a', 'opened');
    await clock.advance(5_000);
    expect(recorder.take()).toEqual(['new /a/lost']);
    expect(requests('list')).toHaveLength(2);
    await end();
  });

  it('H10, H11: compacted leads to a list at once, wherever it is said, and never to a storm of them', async () => {
    const { client, clock, recorder, requests, end } = await openBench({ backoff: { factor: 2, max: 30_000, jitter: 'none' } });
    client.onList('a', ...Array.from({ length: 200 }, (_, index) => listOf(index + 1)));
    client.onWatch('a', ...Array.from({ length: 200 }, () => compacted));
    await clock.advance(10 * minute);
    expect(requests('list').slice(0, 4)).toEqual(['0@latest', '500@1', '1500@2', '3500@3']);
    expect(requests('list').length).toBeLessThan(30);
    expect(recorder.statuses.length, 'H29: nor to a storm of statuses').toBeLessThan(60);
    await end();
  });

  it('H16: objects of other kinds, and of kinds that only begin alike, do not come in', async () => {
    const { client, clock, recorder, end } = await synced();
    client.send('a', added(pair('ab', '1', 11)), added(pair('a', '1', 12)));
    await clock.settle();
    expect(recorder.take()).toEqual(['new /a/1', 'parseFailed /ab/1']);
    await end();
  });

  it.each<[string, WatchEvent]>([
    ['a Deleted without the object', { type: WatchEventType.Deleted, revision: '11' } as unknown as WatchEvent],
    ['a Bookmark without a revision', { type: WatchEventType.Bookmark } as unknown as WatchEvent],
    ['an Added without an object', { type: WatchEventType.Added, revision: '11' } as unknown as WatchEvent],
    ['an event of no known type', { type: 'SURPRISE', revision: '11' } as unknown as WatchEvent],
    ['nothing', undefined as unknown as WatchEvent],
  ])('H17: %s is an error of that watch, and of nothing else', async (_, event) => {
    const { client, clock, recorder, requests, end } = await synced();
    client.send('a', event);
    client.onWatch('a', 'opened');
    await clock.advance(600);
    client.send('a', added(pair('a', '1', 12)));
    await clock.settle();
    expect(recorder.take()).toEqual(['new /a/1']);
    expect(requests('watch')).toEqual(['0@10', '500@10']);
    await end();
  });

  it.each([
    ['refused', () => new DatastoreUnavailableError('refused')],
    ['reset', () => Object.assign(new Error('read'), { code: 'ECONNRESET' })],
    ['timed out', () => Object.assign(new Error('connect'), { code: 'ETIMEDOUT' })],
    ['not resolved', () => new Error('fetch failed', { cause: Object.assign(new Error('dns'), { code: 'ENOTFOUND' }) })],
    ['refused on every address', () => new AggregateError([Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })])],
  ])('H30: an outage is judged the same however it shows: %s', async (_, error) => {
    const { client, clock, recorder, syncer, end } = await synced({ watchRetryTimeout: 10 * minute });
    client.onWatch('a', ...Array.from({ length: 2_000 }, error));
    client.onList('a', ...Array.from({ length: 2_000 }, error));
    client.end('a', error());
    await clock.advance(10 * minute - 1_000);
    expect(recorder.take()).toEqual([]);
    expect(syncer.connectivity).toBe('silent');
    await clock.advance(5_000);
    expect(recorder.take()[0]).toBe(wait);
    expect(syncer.connectivity).toBe('disconnected');
    await end();
  });

  it('H31, RL3: a half-open connection is noticed after the idle limit', async () => {
    const { clock, datastore, client, recorder, start, end } = await onMemory([{ list: { kind: 'a' } }], { idleLimit: 30_000 });
    await start();
    client.strike('watch.silent');
    await datastore.create({ key: '/a/1', value: 1 });
    await clock.advance(29_000);
    expect(recorder.take()).toEqual([]);
    await clock.advance(2_000);
    expect(recorder.take()).toEqual(['new /a/1']);
    await end();
  });

  it('D9: bookmarks are life: a quiet kind is not opened anew', async () => {
    const { clock, client, start, end, syncer } = await onMemory([{ list: { kind: 'a' } }], { idleLimit: 30_000 });
    await start();
    await clock.advance(10 * minute);
    expect(syncer.types()[0]?.watchFailures).toBe(0);
    expect(client.fired['watch.closed']).toBe(0);
    expect(syncer.freshness().sinceContact).toBeLessThanOrEqual(10_000);
    await end();
  });

  it('H32: an event that the server lost is found by the audit, where one is asked for', async () => {
    const { client, clock, recorder, requests, end } = await synced(
      { auditInterval: 60_000, idleLimit: 10 * minute },
      pair('a', '1', 1),
    );
    client.onList('a', listOf(30), listOf(40));
    client.onWatch('a', 'opened', 'opened');
    await clock.advance(61_000);
    expect(recorder.take(), 'without a word about the status').toEqual(['deleted /a/1']);
    expect(requests('list'), 'after a pause, as before every attempt').toEqual(['0@latest', '60500@10']);
    client.onList('a', 'never');
    await clock.advance(60_000);
    client.send('a', bookmark(41));
    await clock.advance(60_000);
    expect(requests('watch').at(-1)).toBe('121000@40');
    await end();
  });

  it('H32: an audit that fails loses nothing: the watch goes on from where it was', async () => {
    const { client, clock, recorder, requests, end } = await synced({ auditInterval: 60_000 }, pair('a', '1', 1));
    client.send('a', bookmark(25));
    client.onList('a', refused);
    client.onWatch('a', 'opened');
    await clock.advance(61_001);
    expect(requests('watch').at(-1)).toBe('61000@25');
    expect(recorder.take()).toEqual([]);
    await end();
  });

  it('H32, H49: a datastore that insists on smaller revisions in audits alone, while its watch is content, is believed in the end', async () => {
    const clock = new SimulatedClock();
    const client = Object.assign(new ScriptedClient(clock), { compareRevisions: (a: string, b: string) => Number(a) - Number(b) });
    const options = { clock, backoff: constantBackoff, auditInterval: 60_000, maxStaleLists: 3 };
    const syncer = createSyncer(client, [{ list: { kind: 'a' } }], {}, options);
    syncer.start();
    client.onList('a', listOf(10, pair('a', '1', 9)), ...Array.from({ length: 4 }, () => listOf(5, pair('a', '2', 4))));
    client.onWatch('a', ...Array.from({ length: 5 }, () => 'opened' as const));
    await clock.advance(3.5 * minute);
    const shown = (): readonly string[] => [...syncer.snapshot()].map(({ key }) => key);
    expect(shown(), 'after three audits that were refused').toEqual(['/a/1']);
    await clock.advance(minute);
    expect(shown()).toEqual(['/a/2']);
    const stopped = syncer.stop();
    await clock.advance(10_000);
    await stopped;
  });

  it('R20: an audit that is due waits as long as the datastore has asked, and so does the watch after an audit', async () => {
    const { client, clock, requests, end } = await synced({ auditInterval: 60_000 }, pair('a', '1', 1));
    await clock.advance(59_900);
    client.onWatch('a', 'opened');
    client.end('a', new DatastoreThrottledError('not now', { retryAfter: 5_000 }));
    client.onList('a', new DatastoreThrottledError('not now either', { retryAfter: 7_000 }));
    await clock.advance(20_000);
    expect(requests('list').at(-1), 'due at 60,000, and 5,000 ms of patience').toBe('65000@10');
    expect(requests('watch').at(-1)).toBe('72000@10');
    await end();
  });

  it('unauthorized is an error like others: it is retried, and after the limit the objects are listed', async () => {
    const { client, clock, requests, syncer, end } = await synced();
    client.onWatch('a', ...Array.from({ length: 10 }, () => new UnauthorizedError('who are you')));
    client.end('a', new UnauthorizedError('who are you'));
    await clock.advance(2_500);
    expect(requests('list')).toEqual(['0@latest', '2500@10']);
    expect(syncer.types()[0]?.lastFailure?.kind).toBe('unauthorized');
    await end();
  });
});

describe('livelocks', () => {
  it('RL4: a datastore that compacts with every write is followed list by list, and watched again when it rests', async () => {
    const clock = new SimulatedClock();
    const datastore = new MemoryDatastore<number>({ clock, random: seededRandom(1), history: { maxRevisions: 1 } });
    const client = new FaultyClient(datastore, { clock, random: seededRandom(1), latency: 100 });
    const recorder = new Recorder();
    const syncer = createSyncer(client, [{ list: { kind: 'a' } }], recorder, { clock, random: seededRandom(1) });
    syncer.start();
    const seen: unknown[] = [];
    for (let n = 0; n < 6_000; n++) {
      await datastore.apply({ key: '/a/1', value: n });
      await clock.advance(10);
      if (n % 3_500 === 3_499) seen.push(recorder.picture.get('/a/1')?.value);
    }
    expect(seen.every((value) => typeof value === 'number' && value > 0)).toBe(true);
    await clock.advance(minute);
    expect(recorder.picture.get('/a/1')?.value).toBe(5_999);
    expect(syncer.types()[0]?.state).toBe('watching.streaming.following');
    const stopped = syncer.stop();
    await clock.advance(10_000);
    await stopped;
    await datastore.close();
  });

  it('RL4: a stream that never says where its list ends, quiet or not, is given up, and pages are read', async () => {
    for (const isQuiet of [true, false]) {
      const { client, clock, recorder, requests, end } = await openBench({
        initialList: 'streamed',
        requestTimeout: 5_000,
        listLimit: 60_000,
      });
      client.onWatch('a', 'opened');
      await clock.settle();
      for (let second = 0; second < 120 && client.isWatching('a') && requests('list').length === 0; second++) {
        if (!isQuiet) client.send('a', added(pair('a', String(second), second + 1)));
        await clock.advance(1_000);
      }
      client.onList('a', listOf(200, pair('a', '1', 1)));
      client.onWatch('a', 'opened');
      await clock.advance(2_000);
      expect(recorder.take().slice(-2)).toEqual(['new /a/1', inSync]);
      expect(requests('watch')).toHaveLength(2);
      await end();
    }
  });

  it('RL4: pages without end are given up', async () => {
    const { client, clock, syncer, end } = await openBench({ requestTimeout: 5_000, listLimit: 20_000 });
    for (let page = 0; page < 60; page++) client.onList('a', 'never');
    await clock.advance(1);
    expect(syncer.types()[0]?.state).toBe('listing.requesting.receiving');
    await clock.advance(30_000);
    expect(syncer.types()[0]?.listFailures).toBeGreaterThan(2);
    await end();
  });
});

describe('requests', () => {
  it('R18: at most one list and one watch are under way for each type, and what was opened is closed', async () => {
    const { clock, datastore, client, syncer, start, end } = await onMemory([{ list: { kind: 'a' } }], {
      idleLimit: 20_000,
      requestTimeout: 3_000,
    });
    const under = { list: 0, watch: 0, mostLists: 0, mostWatches: 0, opened: 0 };
    const { list, watch } = client;
    client.list = async (options, request) => {
      under.mostLists = Math.max(under.mostLists, ++under.list);
      const over = new Promise<void>((resolve) => request?.signal?.addEventListener('abort', () => resolve(), { once: true }));
      const answer = list.call(client, options, request);
      void Promise.race([answer.catch(() => {}), over]).then(() => under.list--);
      return answer;
    };
    client.watch = async (options, request) => {
      under.opened++;
      under.mostWatches = Math.max(under.mostWatches, ++under.watch);
      let isOpen = true;
      const close = (): void => {
        if (isOpen) under.watch--;
        isOpen = false;
      };
      request?.signal?.addEventListener('abort', close, { once: true });
      return watch.call(client, options, request).catch((error: unknown) => {
        close();
        throw error;
      });
    };
    await start();
    const faults = [
      'list.refused',
      'list.hangs',
      'watch.refused',
      'watch.hangs',
      'watch.closedAtOnce',
      'watch.expired',
      'watch.silent',
    ] as const;
    const random = seededRandom(3);
    for (let round = 0; round < 200; round++) {
      client.setRates({ [faults[Math.floor(random.next() * faults.length)] ?? 'list.refused']: 0.7 });
      if (random.next() < 0.5) client.strike(random.next() < 0.5 ? 'watch.cut' : 'watch.silent');
      await datastore.apply({ key: '/a/1', value: round });
      await clock.advance(random.next() * 8_000);
    }
    expect(under.opened).toBeGreaterThan(50);
    expect([under.mostLists, under.mostWatches]).toEqual([1, 1]);
    await end();
    expect([under.list, under.watch]).toEqual([0, 0]);
    expect(syncer.status).toBe(SyncStatus.WaitForDatastore);
  });
});

describe('statuses', () => {
  it('H25: what a list sweeps is told before InSync', async () => {
    const { client, clock, recorder, end } = await synced({}, pair('a', '1', 1));
    client.end('a', compacted);
    client.onList('a', listOf(20));
    client.onWatch('a', 'opened');
    await clock.advance(600);
    expect(recorder.take()).toEqual([resync, 'deleted /a/1', inSync]);
    await end();
  });

  it('H26, S10: deletes on disconnect are told while resyncing, then Wait, and the next list brings everything back', async () => {
    const types = [{ list: { kind: 'a' }, deletesOnDisconnect: true }];
    const { client, clock, recorder, end } = await synced(
      { types, watchRetryTimeout: 2_000 },
      pair('a', '1', 1),
      pair('a', '2', 2),
    );
    client.onWatch('a', refused, refused, refused);
    client.end('a', refused);
    client.onList('a', refused);
    await clock.advance(2_000);
    expect(recorder.take()).toEqual([resync, 'deleted /a/1, deleted /a/2', wait]);
    client.onWatch('a', 'opened');
    client.onList('a', listOf(30, pair('a', '1', 1)));
    await clock.advance(5_000);
    expect(recorder.take()).toEqual([expect.stringContaining('syncFailed'), 'syncRecovered a', resync, 'new /a/1', inSync]);
    await end();
  });

  it('H26: stopping while disconnected tells the deletions while resyncing', async () => {
    const { client, clock, recorder, syncer, end } = await synced({ watchRetryTimeout: 2_000 }, pair('a', '1', 1));
    client.onWatch('a', ...Array.from({ length: 10 }, () => refused));
    client.end('a', refused);
    await clock.advance(2_000);
    expect(recorder.take()).toEqual([wait]);
    void syncer.stop();
    await clock.settle();
    expect(recorder.take()).toEqual([resync, 'deleted /a/1']);
    await end();
  });

  it('H27, R14: firstSync is a promise of its own: the second InSync does not touch it', async () => {
    const { client, clock, recorder, syncer, end } = await openBench();
    let firstSyncs = 0;
    void syncer.firstSync.then(() => firstSyncs++);
    client.onList('a', listOf(1), listOf(2));
    client.onWatch('a', 'opened', 'opened');
    await clock.settle();
    client.end('a', compacted);
    await clock.advance(1_000);
    expect(recorder.statuses.filter((status) => status === SyncStatus.InSync)).toHaveLength(2);
    expect(firstSyncs).toBe(1);
    await end();
  });

  it('H29, H43: a datastore that answers nothing but errors is asked less and less, and the status does not flap', async () => {
    const { client, clock, recorder, end } = await openBench({ backoff: { factor: 2, max: 30_000, jitter: 'none' } });
    client.onList('a', ...Array.from({ length: 500 }, (_, index) => listOf(index + 1)));
    client.onWatch('a', ...Array.from({ length: 500 }, () => unknown));
    await clock.advance(60 * minute);
    expect(recorder.statuses.length).toBeLessThan(80);
    expect(client.calls.length).toBeLessThan(200);
    await end();
  });

  it('H43: every state asks a bounded number of times a minute', async () => {
    const answers: readonly [string, (client: ScriptedClient) => void][] = [
      ['refused lists', (client) => client.onList('a', ...Array.from({ length: 9_999 }, () => refused))],
      ['missing API', (client) => client.onList('a', ...Array.from({ length: 9_999 }, () => new ApiMissingError('no')))],
      ['lists without revision', (client) => client.onList('a', ...Array.from({ length: 9_999 }, () => ({ items: [] })))],
    ];
    for (const [name, script] of answers) {
      const { client, clock, end } = await openBench();
      script(client);
      await clock.advance(10 * minute);
      expect(client.calls.length, name).toBeLessThanOrEqual(601);
      await end();
    }
  });

  it('H44: many mirrors of one datastore do not return at once', async () => {
    const clock = new SimulatedClock();
    const times = new Set<number>();
    const syncers = Array.from({ length: 20 }, (_, index) => {
      const client = new ScriptedClient(clock);
      client.onList('a', ...Array.from({ length: 4 }, () => refused));
      const syncer = createSyncer(client, [{ list: { kind: 'a' } }], {}, { clock, random: seededRandom(index) });
      syncer.start();
      return { client, syncer };
    });
    await clock.advance(minute);
    for (const { client } of syncers) times.add(client.calls.at(-1)?.at ?? 0);
    expect(times.size).toBeGreaterThan(15);
    await Promise.all(syncers.map(({ syncer }) => syncer.stop()));
  });
});

describe('objects', () => {
  it('H34, R12: an object that was deleted and created again is visibly another one', async () => {
    const { clock, datastore, client, recorder, start, end } = await onMemory([{ list: { kind: 'a' } }]);
    await datastore.create({ key: '/a/1', value: 'first' });
    await start();
    client.strike('watch.expired');
    await datastore.delete('/a/1');
    await datastore.create({ key: '/a/1', value: 'second' });
    await clock.advance(1_000);
    expect(recorder.take()).toEqual([resync, 'updated /a/1', inSync]);
    expect(recorder.updates.at(-1)).toMatchObject({ type: 'updated', recreated: true, previous: { value: 'first' } });
    await datastore.apply({ key: '/a/1', value: 'third' });
    await clock.settle();
    expect(recorder.updates.at(-1)).toMatchObject({ type: 'updated', recreated: false, previous: { value: 'second' } });
    await end();
  });

  it('R11: a deletion that was seen tells its revision; one that a list implies says that the last state is unknown', async () => {
    const { client, clock, recorder, end } = await synced({}, pair('a', '1', 1), pair('a', '2', 2));
    client.send('a', deleted(pair('a', '1', 1), 17));
    await clock.settle();
    client.end('a', compacted);
    client.onList('a', listOf(20));
    client.onWatch('a', 'opened');
    await clock.advance(600);
    expect(recorder.updates.slice(-2)).toMatchObject([
      { key: '/a/1', type: 'deleted', revision: '17', finalStateUnknown: false, previous: { revision: '1' } },
      { key: '/a/2', type: 'deleted', revision: '20', finalStateUnknown: true, previous: { revision: '2' } },
    ]);
    await end();
  });

  it('H45: nothing that is told can be changed by who is told, nor by who told it', async () => {
    const { client, clock, recorder, syncer, end } = await synced();
    const value = { spec: { ports: [80] } };
    client.send('a', added({ key: '/a/1', value, revision: '11' }));
    await clock.settle();
    const [update] = recorder.updates;
    expect(() => Object.assign(update ?? {}, { key: 'other' })).toThrow(TypeError);
    expect(() => value.spec.ports.push(81)).toThrow(TypeError);
    const before = syncer.snapshot();
    client.send('a', modified(pair('a', '1', 12)));
    await clock.settle();
    expect(before.get('/a/1')?.value).toEqual({ spec: { ports: [80] } });
    await end();
  });

  it('H47: what is told can be written back: it carries the revision that a compare-and-swap needs', async () => {
    const { clock, datastore, recorder, start, end, syncer } = await onMemory([{ list: { kind: 'a' } }]);
    await datastore.create({ key: '/a/1', value: { count: 1 } });
    await start();
    const object = syncer.snapshot().get('/a/1');
    expect(object).toBeDefined();
    if (object !== undefined) await datastore.update({ ...object, value: { count: 2 } });
    await clock.settle();
    expect(recorder.updates.at(-1)).toMatchObject({ type: 'updated', value: { count: 2 } });
    if (object !== undefined)
      await expect(datastore.update({ ...object, value: { count: 3 } })).rejects.toMatchObject({
        code: 'resource-update-conflict',
      });
    await end();
  });

  it('hostile keys and values of a foreign datastore are shown as data or named as unreadable', async () => {
    const { client, clock, recorder, end } = await synced();
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const values: readonly (readonly [string, unknown])[] = [
      ['__proto__', JSON.parse('{"__proto__": {"polluted": true}}')],
      ['constructor', { prototype: 1 }],
      ['zero', 0],
      ['empty', ''],
      ['no', false],
      ['cyclic', cyclic],
      ['date', new Date(0)],
      ['getter', Object.defineProperty({}, 'x', { get: () => 1, enumerable: true })],
      ['null', null],
    ];
    client.send('a', ...values.map(([name, value], index) => added({ key: `/a/${name}`, value, revision: String(20 + index) })));
    await clock.settle();
    expect([...recorder.picture.keys()]).toEqual(['/a/__proto__', '/a/constructor', '/a/zero', '/a/empty', '/a/no']);
    expect(recorder.take().slice(1)).toEqual(['/a/cyclic', '/a/date', '/a/getter', '/a/null'].map((key) => `parseFailed ${key}`));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    await end();
  });
});
