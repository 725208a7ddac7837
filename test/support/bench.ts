/** A syncer on a scripted datastore and a simulated clock, with a recorder: what the acceptance tests are told with. */
import { expect } from 'vitest';
import {
  createSyncer,
  WatchEventType,
  type KVPair,
  type KVPairList,
  type ResourceType,
  type Syncer,
  type SyncerOptions,
  type WatchEvent,
} from '../../src/index.js';
import { MemoryLogger, ScriptedClient, SimulatedClock } from '../../src/testing/index.js';
import { Recorder } from './recorder.js';

/** A constant backoff without jitter: with it the times are Calico's. */
export const constantBackoff = { factor: 1, max: 30_000, jitter: 'none' } as const;

export interface Bench {
  readonly clock: SimulatedClock;
  readonly client: ScriptedClient;
  readonly recorder: Recorder;
  readonly logger: MemoryLogger;
  readonly syncer: Syncer;
  /** When the requests of an operation were made, in milliseconds since the start, and from which revision. */
  readonly requests: (op: 'list' | 'watch', kind?: string) => readonly string[];
  /** Stops the syncer and checks that nothing is left and nothing illegal was told. */
  readonly end: () => Promise<void>;
}

export interface BenchOptions extends SyncerOptions {
  readonly types?: readonly (string | ResourceType)[];
  readonly started?: boolean;
}

export async function openBench({ types = ['a'], started = true, ...options }: BenchOptions = {}): Promise<Bench> {
  const clock = new SimulatedClock();
  const client = new ScriptedClient(clock);
  const recorder = new Recorder();
  const logger = new MemoryLogger();
  const resourceTypes = types.map((type) => (typeof type === 'string' ? { list: { kind: type } } : type));
  const syncer = createSyncer(client, resourceTypes, recorder, { clock, logger, backoff: constantBackoff, ...options });
  if (started) syncer.start();
  await clock.settle();
  return {
    clock,
    client,
    recorder,
    logger,
    syncer,
    requests: (op, kind) =>
      client.calls
        .filter((call) => call.op === op && (kind === undefined || call.kind === kind))
        .map(({ at, request }) => `${at}@${request.revision ?? 'latest'}`),
    end: async () => {
      const stopped = syncer.stop();
      await clock.advance(10_000);
      await stopped;
      expect(recorder.violations).toEqual([]);
      expect(clock.pending, 'timers left after stop').toBe(0);
    },
  };
}

/** `/kind/name` at a revision. */
export function pair(kind: string, name: string, revision: number | string, value: unknown = `${name}@${revision}`): KVPair {
  return { key: `/${kind}/${name}`, value, revision: String(revision) };
}

export function listOf(revision: number | string, ...items: readonly KVPair[]): KVPairList {
  return { items, revision: String(revision) };
}

export function added(object: KVPair): WatchEvent {
  return { type: WatchEventType.Added, revision: object.revision ?? '', new: object };
}

export function modified(object: KVPair): WatchEvent {
  return { type: WatchEventType.Modified, revision: object.revision ?? '', new: object };
}

export function deleted(object: Pick<KVPair, 'key'>, revision: number | string): WatchEvent {
  return { type: WatchEventType.Deleted, revision: String(revision), old: object };
}

export function bookmark(revision: number | string): WatchEvent {
  return { type: WatchEventType.Bookmark, revision: String(revision) };
}
