/** The cases of client-go's reflector_watchlist_test: lists as streams. A title begins with the original's name. */
import { describe, expect, it } from 'vitest';
import {
  DatastoreThrottledError,
  OperationNotSupportedError,
  RevisionCompactedError,
  type ClientCapabilities,
  type KVPair,
} from '../../../src/index.js';
import { added, bookmark, deleted, listOf, modified, openBench, pod, steady, type Bench } from './bench.js';
import { NaiveTransactionalStore, type Pod } from './naive-store.js';

const minute = 60_000;

/** A reflector that reads lists as streams, where the client says that it can. */
function streamed(capabilities: Partial<ClientCapabilities> = {}, timings = {}): Promise<Bench<NaiveTransactionalStore>> {
  const store = new NaiveTransactionalStore();
  return openBench({ store, streamsLists: true, capabilities, timings: { ...steady, ...timings } });
}

/** The requests, as `list latest` and `watch 3 initial`. */
function asked({ client }: Bench<unknown>): readonly string[] {
  return client.calls.map(
    ({ op, request }) => `${op} ${request.revision ?? 'latest'}${request.initialList === true ? ' initial' : ''}`,
  );
}

describe('a list as a stream', () => {
  it.each([
    [true, {}, 'watch latest initial'],
    [true, { initialList: true }, 'watch latest initial'],
    [true, { initialList: false }, 'list latest'],
    [false, { initialList: true }, 'list latest'],
  ])('TestNewReflectorWithDisablementWatchList: wanted %s, capabilities %j: %s', async (streamsLists, capabilities, first) => {
    const bench = await openBench({ store: new NaiveTransactionalStore(), streamsLists, capabilities });
    expect(asked(bench)).toEqual([first]);
    await bench.end();
  });

  it('TestWatchListResourceVersion: there is no revision before the end of the list', async () => {
    const bench = await streamed();
    const { client, clock, reflector } = bench;
    client.onWatch('pods', 'opened');
    await clock.settle();
    expect(reflector.lastSyncResourceVersion()).toBe('');
    client.send('pods', added(pod('a', 2)));
    await clock.settle();
    expect(reflector.lastSyncResourceVersion()).toBe('');
    client.send('pods', bookmark(2, true));
    await clock.settle();
    expect(reflector.lastSyncResourceVersion()).toBe('2');
    await bench.end();
  });

  it('TestWatchList/no bookmark before the stop: the store is untouched', async () => {
    const bench = await streamed();
    const { client, clock, store, reflector } = bench;
    client.onWatch('pods', 'opened');
    await clock.settle();
    client.send('pods', added(pod('a', 1)), added(pod('b', 2)));
    await clock.settle();
    await bench.end();
    expect([store.lines, asked(bench), reflector.hasSynced()]).toEqual([[], ['watch latest initial'], false]);
    await expect(reflector.firstSync).rejects.toMatchObject({ code: 'stopped' });
  });

  it('TestWatchList/the server cannot: pages are read, at once, and from then on', async () => {
    const bench = await streamed();
    const { client, clock, store } = bench;
    client.onWatch('pods', new OperationNotSupportedError('sendInitialEvents is forbidden'), 'opened');
    client.onList('pods', listOf(1, pod('a', 1)));
    await clock.settle();
    expect(asked(bench)).toEqual(['watch latest initial', 'list latest', 'watch 1']);
    expect(store.lines).toEqual(['replace a @1']);
    client.onList('pods', listOf(2));
    client.end('pods', new RevisionCompactedError('too old'));
    await clock.advance(minute);
    expect(asked(bench).slice(3, 4)).toEqual(['list 1']);
    await bench.end();
  });

  it('TestWatchList/any error when opening: unlike the original, only a server that cannot is not asked again', async () => {
    const bench = await streamed();
    const { client, clock } = bench;
    client.onWatch('pods', new Error('no idea'), 'opened');
    await clock.advance(1_000);
    expect(asked(bench)).toEqual(['watch latest initial', 'watch latest initial']);
    await bench.end();
  });

  it('TestWatchList/bookmark: two objects, one watch', async () => {
    const bench = await streamed();
    const { client, clock, store } = bench;
    client.onWatch('pods', 'opened');
    await clock.settle();
    client.send('pods', added(pod('a', 1)));
    client.send('pods', added(pod('b', 2)), bookmark(2, true));
    client.send('pods', added(pod('c', 3)));
    await clock.settle();
    expect(store.lines).toEqual(['replace a,b @2', 'transaction add c @3']);
    expect(asked(bench)).toEqual(['watch latest initial']);
    await bench.end();
  });

  it('TestWatchList/modified, added and deleted before the bookmark: only what is left arrives', async () => {
    const bench = await streamed();
    const { client, clock, store } = bench;
    client.onWatch('pods', 'opened');
    await clock.settle();
    client.send('pods', added(pod('p1', 1)), added(pod('p2', 2)), modified(pod('p1', 3)));
    client.send('pods', added(pod('p3', 4)), deleted(pod('p3', 4), 5), bookmark(5, true));
    await clock.settle();
    expect(store.lines).toEqual(['replace p1,p2 @5']);
    expect(store.getByKey('p1')?.spec).toBe(3);
    await bench.end();
  });

  it('TestWatchList/429 twice: three streams are asked for, and no list', async () => {
    const bench = await streamed();
    const { client, clock, reflector } = bench;
    client.onWatch('pods', new DatastoreThrottledError('later'), new DatastoreThrottledError('later'), 'opened');
    await clock.advance(minute / 2);
    client.send('pods', bookmark(1, true));
    await clock.settle();
    expect(asked(bench)).toEqual(Array.from({ length: 3 }, () => 'watch latest initial'));
    expect(reflector.hasSynced()).toBe(true);
    await bench.end();
  });

  it('TestWatchList/the stream ends before the bookmark: it is told, and the next one begins from nothing', async () => {
    const bench = await streamed();
    const { client, clock, store, problems } = bench;
    client.onWatch('pods', 'opened', 'opened');
    await clock.settle();
    client.send('pods', added(pod('a', 1)));
    client.end('pods');
    await clock.advance(1_000);
    expect(problems).toMatchObject([{ kind: 'request', phase: 'list', failure: { kind: 'unavailable' } }]);
    client.send('pods', added(pod('b', 2)), bookmark(2, true));
    await clock.settle();
    expect(store.lines).toEqual(['replace b @2']);
    await bench.end();
  });

  it('TestWatchList/the stream ends after the bookmark: a plain watch goes on from there, and nothing is lost', async () => {
    const bench = await streamed();
    const { client, clock, store } = bench;
    client.onWatch('pods', 'opened', 'opened');
    await clock.settle();
    client.send('pods', added(pod('a', 1)), bookmark(2, true), added(pod('b', 3)));
    await clock.settle();
    client.end('pods');
    await clock.advance(1_000);
    client.send('pods', added(pod('c', 4)));
    await clock.settle();
    expect(asked(bench)).toEqual(['watch latest initial', 'watch 3']);
    expect(store.listKeys()).toEqual(['a', 'b', 'c']);
    await bench.end();
  });

  it('TestWatchList/expired when watching again: it is told, and the store stands until the next list', async () => {
    const bench = await streamed();
    const { client, clock, store, problems } = bench;
    client.onWatch('pods', 'opened', new RevisionCompactedError('too old'), 'opened');
    await clock.settle();
    client.send('pods', added(pod('a', 1)), bookmark(2, true));
    await clock.settle();
    client.end('pods', new RevisionCompactedError('too old'));
    await clock.advance(minute / 2);
    expect(problems).toMatchObject([
      { kind: 'request', phase: 'watch', failure: { kind: 'compacted' } },
      { kind: 'request', phase: 'list', failure: { kind: 'compacted' } },
    ]);
    expect(asked(bench)).toEqual(['watch latest initial', 'watch 2 initial', 'watch latest initial']);
    expect(store.listKeys()).toEqual(['a']);
    await bench.end();
  });

  it('TestWatchList/annotation "false", K17: a bookmark that does not end the list ends nothing; nor does one on a plain watch', async () => {
    const bench = await streamed();
    const { client, clock, store, reflector } = bench;
    client.onWatch('pods', 'opened');
    await clock.settle();
    client.send('pods', added(pod('a', 1)), bookmark(1));
    await clock.settle();
    expect([store.lines, reflector.hasSynced()]).toEqual([[], false]);
    client.send('pods', bookmark(1, true));
    client.send('pods', bookmark(4, true));
    await clock.settle();
    expect(store.lines).toEqual(['replace a @1', 'transaction  @4']);
    await bench.end();
  });

  it('TestInitialEventsEndBookmarkTicker: a stream that never ends its list is given up, told of, and pages are read', async () => {
    const bench = await streamed({}, { listLimit: 10_000, requestTimeout: 6_000 });
    const { client, clock, store, problems } = bench;
    client.onWatch('pods', 'opened', 'opened');
    client.onList('pods', listOf(3, pod('a', 1)));
    await clock.advance(5_000);
    client.send('pods', added(pod('a', 1)));
    await clock.advance(5_000);
    expect(problems).toMatchObject([{ kind: 'request', phase: 'list' }]);
    expect(problems[0]).toHaveProperty('failure.error.message', expect.stringContaining('listLimit (10000 ms)'));
    await clock.advance(5_000);
    expect(asked(bench)).toEqual(['watch latest initial', 'list latest', 'watch 3']);
    expect(store.lines).toEqual(['replace a @3']);
    await bench.end();
  });

  it('K16, K18: cut anywhere, what arrived of a list neither moves the revision nor comes back', async () => {
    const objects: readonly KVPair<Pod>[] = [pod('a', 7), pod('b', 3), pod('c', 5)];
    for (let cut = 0; cut <= objects.length; cut++) {
      const bench = await streamed();
      const { client, clock, store, reflector } = bench;
      client.onWatch('pods', 'opened', 'opened');
      await clock.settle();
      for (const object of objects.slice(0, cut)) client.send('pods', added(object));
      await clock.settle();
      client.end('pods', new Error('cut'));
      await clock.advance(1_000);
      expect(reflector.lastSyncResourceVersion()).toBe('');
      client.send('pods', added(pod('c', 8)), bookmark(9, true));
      await clock.settle();
      expect(store.lines).toEqual(['replace c @9']);
      expect(asked(bench)).toEqual(['watch latest initial', 'watch latest initial']);
      await bench.end();
    }
  });
});
