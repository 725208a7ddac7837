/**
 * The cases of client-go's reflector_test, on a script of answers and on simulated time. A title begins with the original's name; where
 * ours differs on purpose, it says so and docs/differences.md says why.
 */
import { describe, expect, it } from 'vitest';
import { metaNamespaceKeyFunc } from '../../../src/cache/keys.js';
import { DeltaFIFO } from '../../../src/cache/queues/delta-fifo.js';
import { FIFO } from '../../../src/cache/queues/fifo.js';
import { ListWatch } from '../../../src/cache/reflector/lister-watcher.js';
import { Reflector } from '../../../src/cache/reflector/reflector.js';
import {
  DatastoreThrottledError,
  DatastoreUnavailableError,
  RevisionCompactedError,
  RevisionTooNewError,
  type Watch,
  type WatchEvent,
} from '../../../src/index.js';
import { ScriptedClient, SimulatedClock } from '../../../src/testing/index.js';
import { added, bookmark, deleted, listOf, modified, openBench, pod, steady, syncedBench } from './bench.js';
import { NaiveTransactionalStore, type Pod } from './naive-store.js';

const refused = new DatastoreUnavailableError('connect', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) });
const throttled = new DatastoreThrottledError('later');
const minute = 60_000;

/** A scripted client that counts how often its watches are read and stopped. */
function counted(clock: SimulatedClock) {
  const client = new ScriptedClient<Pod>(clock);
  const counts = { opened: 0, read: 0, stopped: 0 };
  const count = (watch: Watch<Pod>): Watch<Pod> => ({
    get hasTerminated() {
      return watch.hasTerminated;
    },
    stop: () => {
      counts.stopped++;
      return watch.stop();
    },
    [Symbol.asyncDispose]: () => watch[Symbol.asyncDispose](),
    [Symbol.asyncIterator]: (): AsyncIterator<readonly WatchEvent<Pod>[]> => {
      counts.read++;
      return watch[Symbol.asyncIterator]();
    },
  });
  const listerWatcher = new ListWatch<Pod>({
    list: (request) => client.list({ kind: 'pods' }, request),
    watch: async (request) => {
      const watch = await client.watch({ kind: 'pods' }, request);
      counts.opened++;
      return count(watch);
    },
  });
  return { client, counts, listerWatcher };
}

describe('watching', () => {
  it('TestCloseWatchChannelOnError: an error on the stream stops the watch', async () => {
    const clock = new SimulatedClock();
    const { client, counts, listerWatcher } = counted(clock);
    const bench = await openBench({ store: new NaiveTransactionalStore(), clock, listerWatcher });
    client.onList('pods', listOf(1));
    client.onWatch('pods', 'opened');
    await clock.settle();
    client.end('pods', new Error('the server has an internal error'));
    await clock.settle();
    expect(counts.opened).toBe(1);
    expect(counts.stopped).toBeGreaterThanOrEqual(1);
    await bench.end();
  });

  it('TestRunUntil, TestReflectorWatchStoppedAfter: stopping while a watch is open closes it and ends the run', async () => {
    const { client, stop, running, clock } = await syncedBench();
    expect(client.isWatching('pods')).toBe(true);
    stop.abort();
    await running;
    expect(client.isWatching('pods')).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('TestReflectorWatchStoppedBefore, TestReflectorStopWatch: stopped before it runs, it asks for nothing', async () => {
    const { client, listerWatcher } = counted(new SimulatedClock());
    const reflector = new Reflector({ listerWatcher, store: new NaiveTransactionalStore() });
    await reflector.run({ signal: AbortSignal.abort() });
    await expect(reflector.firstSync).rejects.toMatchObject({ code: 'stopped' });
    expect(client.calls).toEqual([]);
  });

  it('TestReflectorHandleWatchStoppedBefore, After: the stream is read once, and what comes after the stop is not taken', async () => {
    const clock = new SimulatedClock();
    const { client, counts, listerWatcher } = counted(clock);
    const { store, stop, running } = await openBench({ store: new NaiveTransactionalStore(), clock, listerWatcher });
    client.onList('pods', listOf(1));
    client.onWatch('pods', 'opened');
    await clock.settle();
    stop.abort();
    client.send('pods', added(pod('late', 2)));
    await running;
    expect(counts).toMatchObject({ opened: 1, read: 1 });
    expect(counts.stopped).toBeGreaterThanOrEqual(1);
    expect(store.listKeys()).toEqual([]);
  });

  it('watchHandlerError, TestReflectorHandleWatchResultChanClosedBefore: a watch that is closed at once is told of as very short', async () => {
    const { client, clock, problems, requests, end } = await syncedBench();
    client.onWatch('pods', 'opened');
    client.end('pods');
    await clock.settle();
    expect(problems).toMatchObject([{ kind: 'request', phase: 'watch', failure: { kind: 'unavailable' } }]);
    expect(problems[0]).toHaveProperty('failure.error.message', expect.stringContaining('closed at once'));
    await clock.advance(5_000);
    expect(requests('list'), 'and does not lead to a list by itself').toEqual(['0@latest']);
    expect(requests('watch')).toEqual(['0@10', '800@10']);
    await end();
  });

  it('TestReflectorHandleWatchResultChanClosedAfter: one that was open for long enough is none of it', async () => {
    const { client, clock, problems, end } = await syncedBench();
    await clock.advance(1_000);
    client.onWatch('pods', 'opened');
    client.end('pods');
    await clock.advance(1_000);
    expect(problems).toEqual([]);
    await end();
  });

  it('TestReflectorWatchHandler: an object of another type is not let in; the last revision counts', async () => {
    const store = new NaiveTransactionalStore();
    const isPod = (object: unknown): boolean => (object as Pod).kind !== 'Service';
    const { client, clock, reflector, problems, end } = await syncedBench(
      { store, expectedType: isPod },
      pod('foo', 1),
      pod('bar', 2),
    );
    const service = pod('service', 11, { kind: 'Service' });
    client.send('pods', added(service), deleted(pod('foo', 1), 12), modified(pod('bar', 55)), added(pod('baz', 32)));
    await clock.settle();
    expect(store.objects).toEqual(new Map([pod('bar', 55), pod('baz', 32)].map(({ value }) => [value.metadata.name, value])));
    expect(reflector.lastSyncResourceVersion()).toBe('32');
    expect(problems).toMatchObject([{ kind: 'object', key: '/pods/service', error: { code: 'invalid', field: 'expectedType' } }]);
    await end();
  });

  it('TestListAndWatch (0.18): the watch is opened again where it ended, nothing is listed twice, and everything comes out in order', async () => {
    const store = new FIFO<Pod>({ keyFunc: metaNamespaceKeyFunc });
    const { client, clock, requests, reflector, end } = await openBench({ store });
    client.onList('pods', listOf(1));
    client.onWatch('pods', 'opened', 'opened');
    await clock.settle();
    client.send('pods', added(pod('foo', 2)));
    client.send('pods', added(pod('bar', 3)));
    await clock.settle();
    expect(reflector.lastSyncResourceVersion()).toBe('3');
    client.end('pods');
    await clock.advance(800);
    for (const [index, name] of ['baz', 'qux', 'zoo'].entries()) client.send('pods', added(pod(name, 4 + index)));
    await clock.settle();
    expect(requests('list')).toEqual(['0@latest']);
    expect(requests('watch')).toEqual(['0@1', '800@3']);
    const popped = store.tryPopMany(Infinity).map(({ metadata }) => metadata.name);
    expect(popped).toEqual(['foo', 'bar', 'baz', 'qux', 'zoo']);
    await end();
  });

  it('TestReflectorResourceVersionUpdate: the store is told every revision, those of bookmarks too', async () => {
    const { client, clock, store, reflector, end } = await openBench();
    client.onList('pods', listOf(10, pod('a', 9)));
    client.onWatch('pods', 'opened');
    await clock.settle();
    client.send('pods', modified(pod('a', 20)));
    client.send('pods', bookmark(30));
    await clock.settle();
    expect(reflector.lastSyncResourceVersion()).toBe('30');
    client.send('pods', deleted(pod('a', 20), 40));
    await clock.settle();
    expect(store.lines).toEqual(['replace a @10', 'transaction update a @20', 'transaction  @30', 'transaction delete a @40']);
    expect(reflector.lastSyncResourceVersion()).toBe('40');
    await end();
  });

  it('TestReflectorWatchTimeout: a watch that brings nothing is opened anew, after five minutes or as told', async () => {
    for (const [idleLimit, expected] of [
      [undefined, 300_000],
      [1_800_000, 1_800_000],
    ] as const) {
      const timings = idleLimit === undefined ? {} : { idleLimit };
      const { client, clock, requests, problems, end } = await syncedBench({ store: new NaiveTransactionalStore(), timings });
      client.onWatch('pods', 'opened');
      await clock.advance(expected + 5_000);
      expect(requests('watch')[1]).toMatch(new RegExp(`^${expected}@10`));
      expect(problems).toMatchObject([{ kind: 'request', phase: 'watch' }]);
      await end();
    }
  });
});

describe('resync', () => {
  it('TestReflectorResyncChan, watchHandlerTimeout: it comes when the period is over, and again, and asks the datastore for nothing', async () => {
    const store = new NaiveTransactionalStore();
    const { client, clock, requests, end } = await syncedBench({ store, resyncPeriod: 1 });
    await clock.advance(3);
    expect(store.take()).toEqual(['resync', 'resync', 'resync']);
    expect([requests('list').length, requests('watch').length, client.isWatching('pods')]).toEqual([1, 1, true]);
    await end();
  });

  it('TestReflectorResync: a store that fails in its second resync is told of; unlike the original, nothing ends', async () => {
    const store = new NaiveTransactionalStore();
    let resyncs = 0;
    store.onResync = () => {
      if (++resyncs === 2) throw new Error('this is a test');
    };
    const { client, clock, problems, end } = await syncedBench({ store, resyncPeriod: 100 });
    await clock.advance(350);
    expect(resyncs).toBe(3);
    expect(problems).toEqual([{ kind: 'store', error: new Error('this is a test') }]);
    expect(client.isWatching('pods')).toBe(true);
    await end();
  });

  it('is never done without a period, nor before the first list, nor to a store that has none', async () => {
    const { clock, store, end } = await syncedBench();
    await clock.advance(minute);
    expect(store.take()).toEqual([]);
    await end();
    const waiting = await openBench({ store: new NaiveTransactionalStore(), resyncPeriod: 10 });
    await waiting.clock.advance(1_000);
    expect(waiting.store.lines).toEqual([]);
    await waiting.end();
  });
});

describe('failures', () => {
  it('TestReflectorListAndWatchWithErrors: after errors of lists and watches the store equals every following list, and all are told', async () => {
    const { client, clock, store, problems, end } = await openBench();
    const rounds = [
      { list: listOf(1), error: undefined },
      { list: listOf(3, pod('a', 2)), error: new Error('the watch broke') },
      { list: new Error('the list broke'), error: undefined },
      { list: listOf(6, pod('b', 5), pod('c', 6)), error: new RevisionCompactedError('too old') },
      { list: listOf(9, pod('c', 6)), error: undefined },
    ];
    for (const { list, error } of rounds) {
      client.onList('pods', list);
      if (!(list instanceof Error)) client.onWatch('pods', 'opened');
      await clock.advance(minute);
      if (list instanceof Error) continue;
      expect(store.listKeys()).toEqual(list.items.map(({ value }) => value.metadata.name));
      client.send('pods', added(pod('extra', Number(list.revision) + 1)));
      client.end('pods', error ?? new RevisionCompactedError('too old'));
      await clock.settle();
      expect(store.listKeys()).toContain('extra');
    }
    const told = problems.map((problem) =>
      problem.kind === 'request' ? `${problem.phase} ${problem.failure.kind}` : problem.kind,
    );
    expect(told).toEqual(['watch compacted', 'watch unknown', 'list unknown', 'watch compacted', 'watch compacted']);
    await end();
  });

  it.each([
    ['five times: the waits double', 5, [800, 2_400, 5_600, 12_000, 24_800]],
    ['forty times: the waits have a ceiling', 40, undefined],
  ])('TestReflectorListAndWatchInitConnBackoff: refused %s, and nothing is listed again', async (_, times, expected) => {
    const timings = { ...steady, watchRetryTimeout: Infinity }; // the outage is never long enough to list for
    const { client, clock, requests, end } = await openBench({ store: new NaiveTransactionalStore(), timings });
    client.onList('pods', listOf(10));
    client.onWatch('pods', ...Array.from({ length: times }, () => refused), 'opened');
    await clock.runUntil(() => client.isWatching('pods'));
    expect(requests('list')).toEqual(['0@latest']);
    const at = requests('watch').map((request) => Number(request.split('@')[0]));
    expect(at.length).toBe(times + 1);
    if (expected !== undefined) expect(at.slice(1)).toEqual(expected);
    else expect(new Set(at.slice(7).map((time, index) => time - (at[index + 6] ?? 0)))).toEqual(new Set([30_000]));
    await end();
  });

  it('TestNewReflectorWithCustomBackoff: the waits are options', async () => {
    const timings = { minResyncInterval: 10, listRetryInterval: 10, backoff: { factor: 2, max: 100, jitter: 'none' } } as const;
    const { client, clock, requests, end } = await openBench({ store: new NaiveTransactionalStore(), timings });
    client.onList('pods', refused, refused, refused, refused, refused, listOf(1));
    await clock.advance(1_000);
    expect(requests('list').map((request) => Number(request.split('@')[0]))).toEqual([0, 10, 30, 70, 150, 250]);
    await end();
  });

  it('TestReflectorBackoffOnTooManyRequests: refused with 429 when opening and then in the stream, it waits twice', async () => {
    const { client, clock, requests, end } = await openBench();
    client.onList('pods', listOf(10));
    client.onWatch('pods', throttled, 'opened', 'opened');
    await clock.advance(1_000);
    client.end('pods', throttled);
    await clock.advance(10_000);
    expect(requests('watch')).toEqual(['0@10', '800@10', '2400@10']);
    await end();
  });

  it('TestNoRelistOnTooManyRequests, K25: four times 429 is one list and five watches; Retry-After is waited for', async () => {
    const { client, clock, requests, end } = await openBench();
    client.onList('pods', listOf(10));
    const patient = new DatastoreThrottledError('later', { retryAfter: 20_000 });
    client.onWatch('pods', throttled, throttled, patient, throttled, 'opened');
    await clock.advance(10 * minute);
    expect(requests('list')).toEqual(['0@latest']);
    expect(requests('watch')).toEqual(['0@10', '800@10', '2400@10', '22400@10', '28800@10', ...requests('watch').slice(5)]);
    await end();
  });

  it('TestReflectorRetryInternalError: maxErrorsPerRevision says how often a watch is tried again before everything is listed', async () => {
    const error = new Error('internal error');
    for (const [maxErrorsPerRevision, watches] of [
      [undefined, 1],
      [4, 4],
    ] as const) {
      const timings = maxErrorsPerRevision === undefined ? {} : { maxErrorsPerRevision };
      const { client, clock, requests, end } = await openBench({ store: new NaiveTransactionalStore(), timings });
      client.onList('pods', listOf(10));
      client.onWatch('pods', ...Array.from({ length: 9 }, () => error));
      await clock.runUntil(() => requests('list').length === 2);
      expect(requests('watch').length).toBe(watches);
      await end();
    }
  });

  it('TestReflectorReplacesStoreOnUnsafeDelete: an error in place of an event leads to a list, and what that does not hold is gone', async () => {
    const corrupt = pod('corrupt', 11);
    const { client, clock, store, end } = await syncedBench({ store: new NaiveTransactionalStore() }, pod('b', 1), pod('c', 2));
    client.send('pods', added(corrupt));
    client.end('pods', new Error('decrypting the object failed: it was deleted unsafely'));
    await clock.settle();
    expect(store.listKeys()).toEqual(['b', 'c', 'corrupt']);
    client.onList('pods', listOf(12, pod('b', 1), pod('c', 2)));
    client.onWatch('pods', 'opened');
    await clock.advance(minute);
    expect(store.listKeys()).toEqual(['b', 'c']);
    await end();
  });
});

describe('lists', () => {
  it('TestReflectorListAndWatch: pages of 500 of the latest state, then a watch from there', async () => {
    const { client, clock, store, end } = await openBench();
    client.onList('pods', listOf(1, pod('a', 1)));
    client.onWatch('pods', 'opened');
    await clock.settle();
    expect(client.calls).toMatchObject([
      { op: 'list', request: { limit: 500 } },
      { op: 'watch', request: { revision: '1', initialList: false } },
    ]);
    expect(store.listKeys()).toEqual(['a']);
    await end();
  });

  it('TestReflectorWatchListPageSize: four in a page, ten in all, three pages', async () => {
    const { client, clock, store, end } = await openBench({ store: new NaiveTransactionalStore(), pageSize: 4 });
    const pods = Array.from({ length: 10 }, (_, index) => pod(`web-${index}`, index + 1));
    client.onList(
      'pods',
      { ...listOf(10, ...pods.slice(0, 4)), continue: 'C1' },
      { ...listOf(10, ...pods.slice(4, 8)), continue: 'C2' },
    );
    await clock.settle();
    expect(store.lines).toEqual([]);
    client.onList('pods', listOf(10, ...pods.slice(8)));
    await clock.settle();
    expect(store.listKeys().length).toBe(10);
    const asked = client.calls.filter(({ op }) => op === 'list').map(({ request }) => request);
    expect(asked).toEqual([{ limit: 4 }, { limit: 4, continue: 'C1' }, { limit: 4, continue: 'C2' }]);
    await end();
  });

  it('TestReflectorResyncWithResourceVersion: a relist is not older than what is known, and the first list is the latest', async () => {
    const { client, clock, requests, end } = await syncedBench();
    client.onList('pods', listOf(11));
    client.end('pods', new RevisionCompactedError('too old'));
    await clock.advance(minute);
    expect(requests('list').map((request) => request.split('@')[1])).toEqual(['latest', '10']);
    expect(
      client.calls.find(({ request }) => request.revision === '10' && request.limit !== undefined)?.request.revisionMatch,
    ).toBe('notOlderThan');
    await end();
  });

  it.each([
    ['TestReflectorExpiredExactResourceVersion: that is expired', new RevisionCompactedError('too old')],
    ['TestReflectorFullListIfTooLarge: that the server has not reached', new RevisionTooNewError('Too large resource version')],
  ])('%s leads to a list of the latest, after a wait', async (_, error) => {
    const { client, clock, requests, store, end } = await syncedBench();
    client.onList('pods', error, listOf(20, pod('a', 15)));
    client.end('pods', new RevisionCompactedError('too old'));
    await clock.advance(minute);
    expect(requests('list').map((request) => request.split('@')[1])).toEqual(['latest', '10', 'latest']);
    expect(store.listKeys()).toEqual(['a']);
    await end();
  });

  it('TestReflectorFullListIfExpired: a page that expires leads to one list in one piece', async () => {
    const { client, clock, store, problems, end } = await openBench({ store: new NaiveTransactionalStore(), pageSize: 1 });
    client.onList('pods', { ...listOf(10, pod('a', 1)), continue: 'C1' }, new RevisionCompactedError('too old'));
    client.onList('pods', listOf(11, pod('a', 1), pod('b', 2)));
    await clock.settle();
    expect(client.calls.filter(({ op }) => op === 'list').map(({ request }) => request)).toEqual([
      { limit: 1 },
      { limit: 1, continue: 'C1' },
      {},
    ]);
    expect([store.lines, problems]).toEqual([['replace a,b @11'], []]);
    await end();
  });

  it('TestReflectorRespectStoreTransformer: every object is transformed once on its way into a queue, also from a stream', async () => {
    const transformed: string[] = [];
    const transformer = (object: Pod): Pod => {
      transformed.push(`${object.metadata.name}@${String(object.spec)}`);
      return { ...object, kind: 'Transformed' };
    };
    const store = new DeltaFIFO<Pod>({ keyFunc: metaNamespaceKeyFunc, transformer });
    const { client, clock, end } = await openBench({ store, streamsLists: true });
    client.onWatch('pods', 'opened');
    await clock.settle();
    client.send('pods', added(pod('a', 1)), added(pod('b', 2)), bookmark(2, true));
    client.send('pods', modified(pod('a', 3)));
    await clock.settle();
    expect(transformed).toEqual(['a@1', 'b@2', 'a@3']);
    await end();
  });
});
