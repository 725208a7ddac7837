/** The life of a reflector: its options, its run, its end, and how it tells of what went wrong. */
import { describe, expect, it } from 'vitest';
import { createListWatchFromClient } from '../../../src/cache/reflector/list-watch-from-client.js';
import { ListWatch } from '../../../src/cache/reflector/lister-watcher.js';
import { createNamespaceKeyedIndexerAndReflector } from '../../../src/cache/reflector/namespace-keyed.js';
import type { ReflectorOptions } from '../../../src/cache/reflector/options.js';
import type { ReflectorProblem } from '../../../src/cache/reflector/problems.js';
import { Reflector } from '../../../src/cache/reflector/reflector.js';
import { DatastoreUnavailableError, ParseError, RevisionCompactedError, type TimerHandle } from '../../../src/index.js';
import { MemoryDatastore } from '../../../src/memory.js';
import { ScriptedClient, seededRandom, SimulatedClock } from '../../../src/testing/index.js';
import { added, listOf, openBench, pod, syncedBench } from './bench.js';
import { NaiveTransactionalStore, type Pod } from './naive-store.js';

const refused = new DatastoreUnavailableError('refused');
const listerWatcher = createListWatchFromClient<Pod>(new ScriptedClient<Pod>(new SimulatedClock()), 'pods');
const fresh = (): NaiveTransactionalStore => new NaiveTransactionalStore();

/** Resolves with false when the promise is still open once everything else has been done. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const open = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
  return Promise.race([promise.then(() => true), open]);
}

describe('the options', () => {
  it.each<[string, unknown, RegExp]>([
    ['resyncPeriod', { resyncPeriod: -1 }, /at least 0/],
    ['pageSize', { pageSize: Number.NaN }, /at least 0/],
    ['stopLimit', { stopLimit: '5s' }, /at least 0/],
    ['timings.idleLimit', { timings: { idleLimit: -5 } }, /Illegal option timings.idleLimit -5/],
    ['timings.backoff.factor', { timings: { backoff: { factor: 0.5 } } }, /at least 1/],
    ['timings.backoff.jitter', { timings: { backoff: { jitter: 'some' } } }, /full or none/],
    ['timings.idelLimit', { timings: { idelLimit: 5 } }, /There is no timing "idelLimit"; there are .*idleLimit/],
    ['expectedType', { expectedType: {} }, /predicate/],
    ['store', { store: { add: () => {} } }, /lacks update\(\), delete\(\), list\(\)/],
    ['store', { store: undefined }, /lacks add\(\)/],
    ['listerWatcher', { listerWatcher: { list: () => {} } }, /lacks watch\(\)/],
  ])('are checked: %s', (field, wrong, message) => {
    const make = (): unknown => new Reflector({ listerWatcher, store: fresh(), ...(wrong as Partial<ReflectorOptions<Pod>>) });
    expect(make).toThrow(expect.objectContaining({ code: 'invalid', field, message: expect.stringMatching(message) }));
  });

  it('that are undefined are absent', () => {
    expect(
      () => new Reflector({ listerWatcher, store: fresh(), timings: { idleLimit: undefined }, pageSize: undefined }),
    ).not.toThrow();
  });
});

describe('run', () => {
  it('begins when it is called, and tells where it stands', async () => {
    const clock = new SimulatedClock();
    const client = new ScriptedClient<Pod>(clock);
    const reflector = new Reflector({ listerWatcher: createListWatchFromClient<Pod>(client, 'pods'), store: fresh(), clock });
    await clock.advance(1_000);
    expect([client.calls, reflector.report().state, reflector.hasSynced()]).toEqual([[], 'idle', false]);
    const stop = new AbortController();
    const running = reflector.run({ signal: stop.signal });
    client.onList('pods', listOf(7));
    client.onWatch('pods', 'opened');
    await reflector.firstSync;
    await clock.settle();
    const following = { state: 'watching.streaming.following', connectivity: 'connected', revision: '7', status: 'inSync' };
    expect(reflector.report()).toMatchObject({
      ...following,
      listFailures: 0,
      watchFailures: 0,
      lastContact: 1_000,
      lastCommit: 1_000,
    });
    expect(reflector.hasSynced()).toBe(true);
    stop.abort();
    await running;
    expect(reflector.report().state).toBe('stopped');
    expect(reflector.hasSynced(), 'it stays so').toBe(true);
  });

  it('is refused a second time, which changes nothing for the first', async () => {
    const { reflector, client, end } = await syncedBench();
    await expect(reflector.run()).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('wait for the promise'),
    });
    expect(client.isWatching('pods')).toBe(true);
    await end();
    await expect(reflector.run()).rejects.toMatchObject({
      code: 'stopped',
      message: expect.stringContaining('create another one'),
    });
  });

  it('without a signal runs until it is disposed of', async () => {
    const { reflector, running, client, clock } = await syncedBench();
    await reflector[Symbol.asyncDispose]();
    await running;
    await reflector[Symbol.asyncDispose]();
    expect([client.isWatching('pods'), clock.pending]).toEqual([false, 0]);
  });

  it('does not happen after the reflector was disposed of', async () => {
    const reflector = new Reflector({ listerWatcher, store: fresh() });
    await reflector[Symbol.asyncDispose]();
    await expect(reflector.run()).rejects.toMatchObject({ code: 'stopped' });
    await expect(reflector.firstSync).rejects.toMatchObject({ code: 'stopped' });
  });

  it('rejects when the statechart itself fails, and nothing is left', async () => {
    const clock = new SimulatedClock();
    const client = new ScriptedClient<Pod>(clock);
    const broken = {
      next: () => {
        throw new Error('no dice');
      },
    };
    const bench = await openBench({
      store: fresh(),
      clock,
      random: broken,
      timings: {},
      listerWatcher: createListWatchFromClient<Pod>(client, 'pods'),
    });
    client.onList('pods', refused);
    await clock.settle();
    await expect(bench.running).rejects.toMatchObject({ code: 'stopped', message: expect.stringContaining('no dice') });
    await expect(bench.reflector.firstSync).rejects.toMatchObject({ code: 'stopped' });
    expect([bench.reflector.report().state, clock.pending]).toEqual(['crashed', 0]);
  });

  it('rejects when the statechart fails while a watch is open, which is closed then', async () => {
    class FailingClock extends SimulatedClock {
      fails = false;
      override setTimeout(...given: Parameters<SimulatedClock['setTimeout']>): TimerHandle {
        if (!this.fails) return super.setTimeout(...given);
        this.fails = false;
        throw new Error('no time');
      }
    }
    const clock = new FailingClock();
    const client = new ScriptedClient<Pod>(clock);
    const scripted = createListWatchFromClient<Pod>(client, 'pods');
    const { running, reflector } = await openBench({ store: fresh(), clock, listerWatcher: scripted });
    client.onList('pods', listOf(10));
    client.onWatch('pods', 'opened');
    await clock.settle();
    clock.fails = true;
    client.send('pods', added(pod('a', 11)));
    await expect(running).rejects.toMatchObject({ code: 'stopped', message: expect.stringContaining('no time') });
    expect([client.isWatching('pods'), reflector.report().state]).toEqual([false, 'crashed']);
  });
});

describe('an answer that makes no sense', () => {
  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no items', { revision: '1' }],
    ['items that are none', { items: [null], revision: '1' }],
  ])('to a list, %s, is a failure of the request', async (_, answer) => {
    const { client, clock, problems, store, end } = await openBench({ store: fresh() });
    client.onList('pods', answer as ReturnType<typeof listOf>, listOf(2, pod('a', 1)));
    await clock.advance(5_000);
    expect(problems).toMatchObject([{ kind: 'request', phase: 'list', failure: { kind: 'unknown' } }]);
    expect(store.listKeys()).toEqual(['a']);
    await end();
  });

  it.each<[string, unknown]>([
    ['an object that is null', { type: 'ADDED', revision: '11', new: null }],
    ['an object that is a text', { type: 'DELETED', revision: '11', old: 'a' }],
    ['a bookmark without a revision', { type: 'BOOKMARK' }],
  ])('of a watch, %s, ends the watch', async (_, event) => {
    const { client, clock, problems, reflector, end } = await syncedBench();
    client.send('pods', event as ReturnType<typeof added>);
    await clock.settle();
    expect(problems).toMatchObject([{ kind: 'request', phase: 'watch', failure: { kind: 'unknown' } }]);
    expect(reflector.lastSyncResourceVersion()).toBe('10');
    await end();
  });

  it('from the store, as something that has no text form, costs nothing but the object', async () => {
    const store = fresh();
    store.admit = () => {
      throw Object.create(null);
    };
    const { client, clock, problems, end } = await openBench({ store });
    client.onList('pods', listOf(10, pod('a', 1)));
    client.onWatch('pods', 'opened');
    await clock.settle();
    expect(problems).toMatchObject([{ kind: 'object', key: '/pods/a' }]);
    expect(client.isWatching('pods')).toBe(true);
    await end();
  });
});

describe('the end', () => {
  it.each<[string, (client: ScriptedClient<Pod>, clock: SimulatedClock) => Promise<void> | void]>([
    ['listing, unanswered', () => {}],
    ['listing, never answered', (client) => client.onList('pods', 'never')],
    ['between two lists', (client) => client.onList('pods', refused)],
    ['after a page', (client) => client.onList('pods', { ...listOf(1), continue: 'more' })],
    ['opening a watch', (client) => client.onList('pods', listOf(1))],
    [
      'between two watches',
      (client) => {
        client.onList('pods', listOf(1));
        client.onWatch('pods', refused);
      },
    ],
    [
      'before a relist',
      (client) => {
        client.onList('pods', listOf(1));
        client.onWatch('pods', new RevisionCompactedError('too old'));
      },
    ],
    [
      'watching',
      (client) => {
        client.onList('pods', listOf(1));
        client.onWatch('pods', 'opened');
      },
    ],
    [
      'polling',
      async (client, clock) => {
        client.onList('pods', { items: [] });
        await clock.advance(2_000);
      },
    ],
    [
      'disconnected',
      async (_, clock) => {
        await clock.advance(1_000_000);
      },
    ],
  ])('K28, K29: %s: comes without time passing, and leaves no timer, request or watch', async (_, lead) => {
    const { client, clock, stop, running } = await openBench();
    await lead(client, clock);
    await clock.settle();
    stop.abort();
    expect(await isSettled(running)).toBe(true);
    const asked = client.calls.length;
    expect([clock.pending, client.isWatching('pods')]).toEqual([0, false]);
    await clock.advance(3_600_000);
    expect(client.calls.length).toBe(asked);
  });

  it('comes within its limit, though the datastore does not listen to its signal; what it answers later changes nothing', async () => {
    let answer: (list: ReturnType<typeof listOf>) => void = () => {};
    const deaf = new ListWatch<Pod>({
      list: () => new Promise((resolve) => (answer = resolve)),
      watch: () => Promise.reject(refused),
    });
    const store = fresh();
    const { clock, stop, running, logger } = await openBench({ store, listerWatcher: deaf, stopLimit: 3_000 });
    stop.abort();
    await clock.advance(2_999);
    expect(await isSettled(running)).toBe(false);
    await clock.advance(1);
    expect(await isSettled(running)).toBe(true);
    expect(logger.entries.filter(({ level }) => level === 'warn').length).toBe(1);
    answer(listOf(1, pod('late', 1)));
    await clock.settle();
    expect([store.lines, clock.pending]).toEqual([[], 0]);
  });

  it('can be asked for from inside the store and from onError', async () => {
    for (const from of ['store', 'onError'] as const) {
      const store = fresh();
      const stop = new AbortController();
      const clock = new SimulatedClock();
      const client = new ScriptedClient<Pod>(clock);
      const reflector: Reflector<Pod> = new Reflector({
        listerWatcher: createListWatchFromClient<Pod>(client, 'pods'),
        store,
        clock,
        onError: () => void reflector[Symbol.asyncDispose](),
      });
      if (from === 'store') store.admit = () => stop.abort();
      client.onList('pods', {
        ...listOf(1, pod('a', 1)),
        malformed: from === 'onError' ? [new ParseError('x', { rawKey: 'x' })] : [],
      });
      client.onWatch('pods', 'opened');
      await reflector.run({ signal: stop.signal });
      expect([store.listKeys(), clock.pending, client.isWatching('pods')]).toEqual([['a'], 0, false]);
    }
  });

  it('K30: through a day of resyncs, relists and lost watches the timers stay few', async () => {
    const { client, clock, store, end } = await syncedBench({ store: fresh(), resyncPeriod: 60_000 });
    const most = clock.pending;
    for (let hour = 0; hour < 24; hour++) {
      client.onList('pods', listOf(20 + hour));
      client.onWatch('pods', 'opened', 'opened', 'opened');
      await clock.advance(1_800_000);
      if (client.isWatching('pods')) client.end('pods', new RevisionCompactedError('too old'));
      await clock.advance(60_000);
      expect(clock.pending).toBeLessThanOrEqual(most + 1);
    }
    expect(store.lines.filter((line) => line === 'resync').length).toBeGreaterThan(600);
    await end();
  });
});

describe('onError', () => {
  it('is told in order, after what went wrong is dealt with, and never from inside the store', async () => {
    let isInside = false;
    class Noticing extends NaiveTransactionalStore {
      override transaction(...given: Parameters<NaiveTransactionalStore['transaction']>): void {
        isInside = true;
        try {
          super.transaction(...given);
        } finally {
          isInside = false;
        }
      }
    }
    const store = new Noticing();
    store.admit = ({ spec }) => {
      if (spec === 'bad') throw new Error('bad');
    };
    const told: string[] = [];
    const onError = ({ kind }: ReflectorProblem): void => void told.push(`${kind} ${store.listKeys().join()} ${isInside}`);
    const { client, clock, end } = await syncedBench({ store, onError });
    const error = new ParseError('half', { rawKey: '/pods/half' });
    client.send('pods', { type: 'ERROR', revision: '12', error }, added(pod('a', 13)), added(pod('b', 14, { spec: 'bad' })));
    client.end('pods', refused);
    await clock.settle();
    expect(told).toEqual(['malformed a false', 'object a false', 'request a false']);
    await end();
  });

  it.each([
    ['throws', () => expect.fail('thrown')],
    ['rejects', () => Promise.reject(new Error('rejected'))],
  ])('that %s is logged, and told of the next problem', async (_, react) => {
    let calls = 0;
    const onError = (): void => {
      calls++;
      return react() as unknown as void;
    };
    const { client, clock, logger, end } = await openBench({ store: fresh(), onError });
    client.onList('pods', refused, refused, listOf(1));
    await clock.advance(10_000);
    expect(calls).toBe(2);
    expect(logger.entries.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
      expect.stringMatching(/^onError failed: .*(thrown|rejected)/),
      expect.stringMatching(/^onError failed/),
    ]);
    expect(logger.entries.every(({ fields }) => fields['reflector'] === 'reflector')).toBe(true);
    await end();
  });

  it('is told of requests that nothing was heard of and of audits that fail, and of no watch that ends for an audit', async () => {
    const timings = { requestTimeout: 5_000, auditInterval: 20_000 };
    const { client, clock, problems, end } = await openBench({ store: fresh(), timings });
    client.onList('pods', 'never', listOf(10), new Error('a failing audit'));
    client.onWatch('pods', 'never', 'opened');
    await clock.advance(30_000);
    const texts = problems.map((problem) =>
      problem.kind === 'request' ? `${problem.phase}: ${problem.failure.error.message}` : '?',
    );
    expect(texts).toEqual([
      expect.stringMatching(/^list: The list was given up: nothing came for requestTimeout \(5000 ms\)/),
      expect.stringMatching(/^watch: The watch was given up: it was not accepted within requestTimeout \(5000 ms\)/),
      'list: a failing audit',
    ]);
    await end();
  });
});

describe('createNamespaceKeyedIndexerAndReflector', () => {
  it('fills an indexer by namespace', async () => {
    const clock = new SimulatedClock();
    const datastore = new MemoryDatastore<Pod>({ clock, random: seededRandom(1) });
    const create = (namespace: string, name: string) =>
      datastore.create({ key: `/pods/${namespace}/${name}`, value: { metadata: { namespace, name } } });
    await create('default', 'web-0');
    await create('other', 'web-0');
    const { indexer, reflector } = createNamespaceKeyedIndexerAndReflector(createListWatchFromClient<Pod>(datastore, 'pods'), {
      clock,
    });
    const running = reflector.run();
    await reflector.firstSync;
    await create('default', 'web-1');
    await datastore.delete('/pods/other/web-0');
    await clock.settle();
    expect(indexer.indexKeys('namespace', 'default')).toEqual(['default/web-0', 'default/web-1']);
    expect(indexer.indexKeys('namespace', 'other')).toEqual([]);
    expect(indexer.resourceVersion).toBe(reflector.lastSyncResourceVersion());
    await reflector[Symbol.asyncDispose]();
    await running;
    await datastore.close();
  });

  it('takes the options of the indexer, too', async () => {
    const clock = new SimulatedClock();
    const datastore = new MemoryDatastore<Pod>({ clock });
    await datastore.create({ key: '/pods/web-0', value: { metadata: { name: 'web-0' } } });
    const failed: (string | undefined)[] = [];
    const { indexer, reflector } = createNamespaceKeyedIndexerAndReflector(createListWatchFromClient<Pod>(datastore, 'pods'), {
      clock,
      onIndexError: ({ key }) => void failed.push(key),
    });
    indexer.addIndexers({
      broken: () => {
        throw new Error('no index');
      },
    });
    const running = reflector.run();
    await reflector.firstSync;
    expect(failed).toEqual(['web-0']);
    await reflector[Symbol.asyncDispose]();
    await running;
    await datastore.close();
  });
});
