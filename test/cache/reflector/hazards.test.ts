/** What has gone wrong in client-go, kube-rs and client-node, and does not here: the hazards that concern a reflector (K8-K32). */
import { describe, expect, it } from 'vitest';
import { createListWatchFromClient } from '../../../src/cache/reflector/list-watch-from-client.js';
import { ListWatch } from '../../../src/cache/reflector/lister-watcher.js';
import { Reflector } from '../../../src/cache/reflector/reflector.js';
import { RevisionCompactedError, RevisionTooNewError, type KVPair, type WatchEvent } from '../../../src/index.js';
import { MemoryDatastore } from '../../../src/memory.js';
import { FaultyClient, ScriptedClient, seededRandom, SimulatedClock } from '../../../src/testing/index.js';
import { added, bookmark, deleted, listOf, modified, openBench, pod, steady, syncedBench } from './bench.js';
import { NaiveTransactionalStore, type Pod } from './naive-store.js';

const compacted = new RevisionCompactedError('too old');
const minute = 60_000;
const hour = 60 * minute;
const fresh = (): NaiveTransactionalStore => new NaiveTransactionalStore();

describe('revisions', () => {
  it('K8: the list of a lagging replica is not taken', async () => {
    const clock = new SimulatedClock();
    const random = seededRandom(1);
    const datastore = new MemoryDatastore<Pod>({ clock, random });
    const client = new FaultyClient<Pod>(datastore, { clock, random });
    const store = fresh();
    const write = ({ key, value }: KVPair<Pod>) => datastore.apply({ key, value });
    const reflector = new Reflector<Pod>({ listerWatcher: createListWatchFromClient<Pod>(client, 'pods'), store, clock, random });
    const running = reflector.run();
    await write(pod('old', 1));
    await clock.settle();
    await datastore.delete('/pods/old');
    await write(pod('new', 2));
    await clock.settle();
    store.take();
    client.setRates({ 'list.stale': 1 });
    client.strike('watch.expired');
    await clock.advance(2 * minute);
    expect(client.fired['list.stale']).toBeGreaterThan(3);
    expect(store.take()).toEqual([]);
    expect(store.listKeys()).toEqual(['new']);
    await reflector[Symbol.asyncDispose]();
    await running;
    await datastore.close();
  });

  it('K9: the first list is of the latest state, never of any that a cache may have', async () => {
    const { client, end } = await openBench();
    expect(client.calls[0]?.request).toEqual({ limit: 500 });
    await end();
  });

  it.each([
    ['K10, K12: expired', compacted],
    ['K11, K12: too large', new RevisionTooNewError('Too large resource version: 20, current: 10')],
  ])('%s: a server that refuses every list so, whatever is asked for, is asked for the latest, and not often', async (_, error) => {
    const { client, clock, requests, end } = await syncedBench();
    client.onList('pods', ...Array.from({ length: 500 }, () => error));
    client.end('pods', compacted);
    await clock.advance(hour);
    const [, ...lists] = requests('list');
    expect(lists.map((request) => request.split('@')[1])).toEqual(['10', ...lists.slice(1).map(() => 'latest')]);
    expect(lists.length).toBeGreaterThan(60);
    expect(lists.length).toBeLessThan(130);
    await end();
  });

  it('K13: a large list whose pages expire every time is read in one piece', async () => {
    const { client, clock, reflector, end } = await openBench({ store: fresh(), pageSize: 1 });
    client.onList('pods', { ...listOf(10, pod('a', 1)), continue: 'next' }, compacted, listOf(11, pod('a', 1), pod('b', 2)));
    await clock.settle();
    expect(reflector.hasSynced()).toBe(true);
    await end();
  });

  it('K14: the pages after the first say nothing of a revision', async () => {
    const { client, clock, end } = await syncedBench({ store: fresh(), pageSize: 1 });
    client.onList('pods', { ...listOf(20, pod('a', 1)), continue: 'next' }, listOf(20, pod('b', 2)));
    client.end('pods', compacted);
    await clock.advance(minute);
    expect(client.calls.filter(({ op }) => op === 'list').slice(1, 3)).toMatchObject([
      { request: { revision: '10', revisionMatch: 'notOlderThan', limit: 1 } },
      { request: { continue: 'next', limit: 1 } },
    ]);
    expect(client.calls.find(({ request }) => request.continue !== undefined)?.request).not.toHaveProperty('revision');
    await end();
  });

  it('K20: an empty continuation is none, and an empty revision is none to watch from', async () => {
    const { client, clock, requests, store, end } = await openBench();
    client.onList('pods', { items: [pod('a', 1)], revision: '', continue: '' });
    await clock.advance(1_000);
    expect([requests('list'), requests('watch'), store.listKeys()]).toEqual([['0@latest'], [], ['a']]);
    await end();
  });

  it('K21: expired when opening a watch leads to a list, as it does in the stream', async () => {
    const { client, clock, requests, end } = await openBench();
    client.onList('pods', listOf(10), listOf(20));
    client.onWatch('pods', compacted, 'opened');
    await clock.advance(minute / 2);
    expect([requests('list').length, requests('watch').map((request) => request.split('@')[1])]).toEqual([2, ['10', '20']]);
    await end();
  });

  it('K23: what is no event moves nothing: the watch is given up, and everything is read', async () => {
    const { client, clock, store, reflector, problems, end } = await syncedBench();
    client.send('pods', { type: 'MODIFIED', revision: '99' } as unknown as WatchEvent<Pod>);
    await clock.settle();
    expect(reflector.lastSyncResourceVersion()).toBe('10');
    expect(problems).toMatchObject([{ kind: 'request', phase: 'watch' }]);
    client.onList('pods', listOf(99, pod('a', 99)));
    await clock.advance(5_000);
    expect(store.listKeys()).toEqual(['a']);
    await end();
  });
});

describe('requests', () => {
  it('K24: a refused connection is one however it is wrapped, and leads to no list', async () => {
    const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const wrapped = [
      Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
      new TypeError('fetch failed', { cause }),
      new TypeError('fetch failed', { cause: new AggregateError([new Error('one'), cause]) }),
    ];
    const { client, clock, requests, problems, end } = await openBench();
    client.onList('pods', listOf(10));
    client.onWatch('pods', ...wrapped, 'opened');
    await clock.advance(minute);
    expect(requests('list').length).toBe(1);
    expect(problems).toMatchObject(wrapped.map(() => ({ kind: 'request', failure: { kind: 'unavailable' } })));
    await end();
  });

  it('K26: through a long outage there are no more requests than the backoff allows', async () => {
    const { client, clock, requests, end } = await openBench({
      store: fresh(),
      timings: { ...steady, watchRetryTimeout: Infinity },
    });
    client.onList('pods', listOf(10));
    client.onWatch('pods', ...Array.from({ length: 500 }, () => new Error('ECONNREFUSED, says the proxy')));
    client.onList('pods', ...Array.from({ length: 500 }, () => new Error('ECONNREFUSED, says the proxy')));
    await clock.advance(hour);
    const all = requests('list').length + requests('watch').length;
    expect(all).toBeGreaterThan(100);
    expect(all).toBeLessThanOrEqual(hour / 30_000 + 10);
    await end();
  });

  it('K27: a server that accepts a watch, sends one event and closes it is not asked more often than the pace', async () => {
    const { client, clock, requests, end } = await openBench();
    client.onList('pods', listOf(10));
    for (let round = 0; round < 200; round++) {
      client.onWatch('pods', 'opened');
      await clock.runUntil(() => client.isWatching('pods'));
      client.send('pods', bookmark(11 + round));
      client.end('pods');
      await clock.settle();
    }
    expect(requests('list').length).toBe(1);
    expect(clock.now()).toBeGreaterThanOrEqual(199 * 800);
    await end();
  });

  it('K31: a connection that is half dead is given up after the idle limit; bookmarks keep it alive', async () => {
    const { client, clock, requests, end } = await syncedBench({ store: fresh(), timings: { ...steady, idleLimit: minute } });
    for (let index = 0; index < 10; index++) {
      await clock.advance(50_000);
      client.send('pods', bookmark(11 + index));
    }
    await clock.settle();
    expect(requests('watch').length).toBe(1);
    client.onWatch('pods', 'opened');
    await clock.advance(minute + 1_000);
    expect(requests('watch')[1]).toBe(`${500_000 + minute}@20`);
    await end();
  });

  it('K32: the time of a watch begins with its request: one that was slow to open is not very short', async () => {
    const clock = new SimulatedClock();
    const client = new ScriptedClient<Pod>(clock);
    const listerWatcher = new ListWatch<Pod>({
      list: (request) => client.list({ kind: 'pods' }, request),
      watch: (request) => client.watch({ kind: 'pods' }, request),
    });
    const { problems, end } = await openBench({ store: fresh(), clock, listerWatcher });
    client.onList('pods', listOf(10));
    await clock.advance(2_000);
    client.onWatch('pods', 'opened');
    await clock.settle();
    client.end('pods');
    await clock.settle();
    expect(problems).toEqual([]);
    await end();
  });

  it('K19: a watch that is opened again asks for no list, and nothing is told twice', async () => {
    const { client, clock, store, end } = await openBench({ store: fresh(), streamsLists: true });
    client.onWatch('pods', 'opened', 'opened');
    await clock.settle();
    client.send('pods', added(pod('a', 1)), bookmark(1, true));
    await clock.settle();
    client.end('pods');
    await clock.advance(1_000);
    expect(client.calls.map(({ request }) => request.initialList)).toEqual([true, false]);
    client.send('pods', modified(pod('a', 2)), deleted(pod('a', 2), 3));
    await clock.settle();
    expect(store.lines).toEqual(['replace a @1', 'transaction update a, delete a @3']);
    await end();
  });
});
