/** A reflector on a scripted datastore and a simulated clock, which fills a naive store. */
import { expect } from 'vitest';
import { createListWatchFromClient } from '../../../src/cache/reflector/list-watch-from-client.js';
import type { ReflectorOptions } from '../../../src/cache/reflector/options.js';
import type { ReflectorProblem } from '../../../src/cache/reflector/problems.js';
import { Reflector } from '../../../src/cache/reflector/reflector.js';
import type { ClientCapabilities, KVPair, KVPairList, WatchEvent } from '../../../src/index.js';
import { MemoryLogger, ScriptedClient, SimulatedClock } from '../../../src/testing/index.js';
import { NaiveTransactionalStore, type Pod } from './naive-store.js';

export interface Bench<S> {
  readonly clock: SimulatedClock;
  readonly client: ScriptedClient<Pod>;
  readonly store: S;
  readonly logger: MemoryLogger;
  readonly problems: ReflectorProblem[];
  readonly reflector: Reflector<Pod>;
  readonly stop: AbortController;
  readonly running: Promise<void>;
  /** When the requests of an operation were made, in milliseconds since the start, and from which revision. */
  readonly requests: (op: 'list' | 'watch') => readonly string[];
  /** Stops, and checks that nothing is left. */
  readonly end: () => Promise<void>;
}

export interface BenchOptions<S> extends Partial<Omit<ReflectorOptions<Pod>, 'store'>> {
  readonly store: S;
  readonly capabilities?: Partial<ClientCapabilities>;
}

/** Waits that are the same every time. */
export const steady = { backoff: { factor: 2, max: 30_000, jitter: 'none' } } as const;

export async function openBench(): Promise<Bench<NaiveTransactionalStore>>;
export async function openBench<S extends ReflectorOptions<Pod>['store']>(options: BenchOptions<S>): Promise<Bench<S>>;
export async function openBench(given?: BenchOptions<ReflectorOptions<Pod>['store']>): Promise<Bench<unknown>> {
  const { capabilities = {}, ...options } = given ?? { store: new NaiveTransactionalStore() };
  const clock = new SimulatedClock();
  const client = new ScriptedClient<Pod>(clock, capabilities);
  const logger = new MemoryLogger();
  const problems: ReflectorProblem[] = [];
  const reflector = new Reflector<Pod>({
    listerWatcher: createListWatchFromClient<Pod>(client, 'pods'),
    clock,
    logger,
    onError: (problem) => void problems.push(problem),
    timings: steady,
    ...options,
  });
  const stop = new AbortController();
  const running = reflector.run({ signal: stop.signal });
  running.catch(() => {}); // the test looks at it
  await clock.settle();
  return {
    clock,
    client,
    store: options.store,
    logger,
    problems,
    reflector,
    stop,
    running,
    requests: (op) =>
      client.calls.filter((call) => call.op === op).map(({ at, request }) => `${at}@${request.revision ?? 'latest'}`),
    end: async () => {
      stop.abort();
      await clock.advance(10_000);
      await running;
      expect(client.isWatching('pods'), 'a watch left after the end').toBe(false);
      expect(clock.pending, 'timers left after the end').toBe(0);
    },
  };
}

/** Lists these objects at revision 10, opens the watch, and forgets what was told so far. */
export async function syncedBench(
  options: BenchOptions<NaiveTransactionalStore> = { store: new NaiveTransactionalStore() },
  ...objects: readonly KVPair<Pod>[]
): Promise<Bench<NaiveTransactionalStore>> {
  const bench = await openBench(options);
  bench.client.onList('pods', listOf(10, ...objects));
  bench.client.onWatch('pods', 'opened');
  await bench.clock.settle();
  expect(bench.reflector.hasSynced()).toBe(true);
  bench.store.take();
  return bench;
}

/** `/pods/<name>` at a revision. */
export function pod(name: string, revision: number, more: Partial<Pod> = {}): KVPair<Pod> {
  return { key: `/pods/${name}`, value: { metadata: { name }, spec: revision, ...more }, revision: String(revision) };
}

export function listOf(revision: number, ...items: readonly KVPair<Pod>[]): KVPairList<Pod> {
  return { items, revision: String(revision) };
}

export function added(object: KVPair<Pod>): WatchEvent<Pod> {
  return { type: 'ADDED', revision: object.revision ?? '', new: object };
}

export function modified(object: KVPair<Pod>, old?: KVPair<Pod>): WatchEvent<Pod> {
  return { type: 'MODIFIED', revision: object.revision ?? '', new: object, ...(old === undefined ? {} : { old }) };
}

export function deleted(old: KVPair<Pod> | { readonly key: string }, revision: number): WatchEvent<Pod> {
  return { type: 'DELETED', revision: String(revision), old };
}

export function bookmark(revision: number, initialListEnd = false): WatchEvent<Pod> {
  return { type: 'BOOKMARK', revision: String(revision), ...(initialListEnd ? { initialListEnd } : {}) };
}
