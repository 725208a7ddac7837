/** A shared informer on a scripted datastore and a simulated clock. */
import { expect } from 'vitest';
import type { InformerProblem } from '../../../src/cache/informer/problems.js';
import { SharedInformer, type SharedInformerOptions } from '../../../src/cache/informer/shared-informer.js';
import { createListWatchFromClient } from '../../../src/cache/reflector/list-watch-from-client.js';
import type { KVPair, KVPairList, WatchEvent } from '../../../src/index.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { ScriptedClient, SimulatedClock } from '../../../src/testing/index.js';
import type { Pod } from './fed-informer.js';

export class ScriptedInformer {
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly client: ScriptedClient<Pod> = new ScriptedClient(this.clock);
  readonly logger: MemoryLogger = new MemoryLogger();
  readonly problems: InformerProblem[] = [];
  readonly informer: SharedInformer<Pod>;
  readonly stop: AbortController = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(options: Partial<SharedInformerOptions<Pod>> = {}) {
    const { clock, logger } = this;
    this.informer = new SharedInformer<Pod>({
      listerWatcher: createListWatchFromClient<Pod>(this.client, 'pods'),
      clock,
      logger,
      onError: (problem) => void this.problems.push(problem),
      timings: { backoff: { factor: 2, max: 30_000, jitter: 'none' } },
      ...options,
    });
  }

  /** Runs it, lists these objects at a revision, and opens the watch. */
  async start(revision: number, ...pods: readonly Pod[]): Promise<void> {
    this.run();
    this.client.onList('pods', listOf(revision, ...pods));
    this.client.onWatch('pods', 'opened');
    await this.clock.settle();
  }

  run(): void {
    this.running = this.informer.run({ signal: this.stop.signal });
  }

  /** Cuts the watch; everything is read again, and followed again. */
  async relist(revision: number, ...pods: readonly Pod[]): Promise<void> {
    this.client.onList('pods', listOf(revision, ...pods));
    this.client.onWatch('pods', 'opened');
    this.client.end('pods', new Error('the server has an internal error'));
    await this.clock.advance(10_000);
  }

  async send(...events: readonly WatchEvent<Pod>[]): Promise<void> {
    this.client.send('pods', ...events);
    await this.clock.settle();
  }

  /** Stops, and checks that nothing is left. */
  async end(): Promise<void> {
    expect(this.problems.filter((problem) => problem.kind === 'handler' && problem.error.name === 'AssertionError')).toEqual([]);
    this.stop.abort();
    await this.clock.advance(10_000);
    await this.running;
    expect(this.clock.pending).toBe(0);
    expect(this.client.isWatching('pods')).toBe(false);
  }
}

/** A pod as the datastore has it. Its version is its revision. */
function pairOf(value: Pod): KVPair<Pod> {
  return { key: `/pods/${value.metadata.name}`, value, revision: value.metadata.resourceVersion ?? '' };
}

export function listOf(revision: number, ...pods: readonly Pod[]): KVPairList<Pod> {
  return { items: pods.map(pairOf), revision: String(revision) };
}

export function added(value: Pod): WatchEvent<Pod> {
  return { type: 'ADDED', revision: value.metadata.resourceVersion ?? '', new: pairOf(value) };
}

export function modified(value: Pod): WatchEvent<Pod> {
  return { type: 'MODIFIED', revision: value.metadata.resourceVersion ?? '', new: pairOf(value) };
}

/** @param revision that of the deletion; `value` is the object's final state. */
export function deleted(value: Pod, revision: number): WatchEvent<Pod> {
  return { type: 'DELETED', revision: String(revision), old: pairOf(value) };
}

export function bookmark(revision: number): WatchEvent<Pod> {
  return { type: 'BOOKMARK', revision: String(revision) };
}
