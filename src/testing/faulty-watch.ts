import { DatastoreUnavailableError, RevisionCompactedError } from '../model/errors.js';
import { WatchEventType, type Watch, type WatchEvent } from '../model/watch.js';
import { pause, type Clock } from '../ports/clock.js';
import type { FaultName } from './faults.js';

/** What a faulty watch asks its client. */
export interface WatchFaults {
  readonly happens: (fault: FaultName) => boolean;
  /** How long this batch takes, in milliseconds. */
  readonly latency: () => number;
  readonly clock: Clock;
  /** The datastore has sent a batch. */
  readonly onBatch: (batch: readonly WatchEvent[]) => void;
  readonly onEnd: () => void;
}

type Batch<V> = readonly WatchEvent<V>[];

/** How long a delayed batch takes, in milliseconds: long enough for a reconnection in between. */
const longDelay = 5_000;

/** What is left of an event that was damaged on its way. */
const garbled = { type: WatchEventType.Modified };

/** A watch over a bad line. */
export class FaultyWatch<V> implements Watch<V> {
  private readonly inner: Watch<V>;
  private readonly faults: WatchFaults;
  private readonly stopped = new AbortController();
  private struck: FaultName | undefined;
  private interrupt: () => void = () => {};
  private isOver = false;
  /** What was brought last. */
  private passed: Batch<V> = [];

  constructor(inner: Watch<V>, faults: WatchFaults) {
    this.inner = inner;
    this.faults = faults;
  }

  get hasTerminated(): boolean {
    return this.isOver;
  }

  strike(fault: FaultName): void {
    this.struck = fault;
    this.interrupt();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    this.interrupt();
    this.over();
    await this.inner.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  [Symbol.asyncIterator](): AsyncIterator<Batch<V>> {
    const source = this.inner[Symbol.asyncIterator](); // which refuses to be iterated twice
    return this.run(source);
  }

  private async *run(source: AsyncIterator<Batch<V>>): AsyncGenerator<Batch<V>, void, undefined> {
    try {
      if (this.faults.happens('watch.closedAtOnce')) return;
      for (let batch = await this.next(source); batch !== undefined; batch = await this.next(source)) {
        yield* this.disturb(batch);
      }
    } finally {
      this.over();
      await this.inner.stop();
    }
  }

  /** The next batch, unless the line is struck first. */
  private async next(source: AsyncIterator<Batch<V>>): Promise<Batch<V> | undefined> {
    const struck = new Promise<'struck'>((resolve) => (this.interrupt = () => resolve('struck')));
    if (this.struck !== undefined || this.stopped.signal.aborted) return this.suffer();
    const result = await Promise.race([source.next(), struck]);
    if (result === 'struck') return this.suffer();
    if (result.done === true) return undefined;
    this.faults.onBatch(result.value);
    return result.value;
  }

  private async suffer(): Promise<undefined> {
    if (this.stopped.signal.aborted) return undefined;
    switch (this.struck) {
      case 'watch.silent':
        return this.silence();
      case 'watch.expired':
        throw new RevisionCompactedError('the watch has expired');
      case 'watch.failed':
        throw new Error('the watch failed for a reason of its own');
      case 'watch.cut':
        throw new DatastoreUnavailableError('connection reset');
      default:
        return undefined;
    }
  }

  private async *disturb(batch: Batch<V>): AsyncGenerator<Batch<V>, void, undefined> {
    const { happens, clock } = this.faults;
    const { signal } = this.stopped;
    for (const fault of ['watch.closed', 'watch.silent', 'watch.expired', 'watch.failed', 'watch.cut'] as const) {
      if (!happens(fault)) continue;
      this.struck = fault;
      return; // the batch is lost, and the next look at the line finds it struck
    }
    const delay = happens('watch.delayed') ? longDelay : this.faults.latency();
    if (delay > 0) await pause(clock, delay, signal);
    if (signal.aborted) return;
    if (happens('watch.garbled')) yield [garbled as unknown as WatchEvent<V>]; // which is the point of it
    if (this.passed.length > 0 && happens('watch.replayed')) yield this.passed;
    this.passed = batch.filter(({ type }) => type !== WatchEventType.Bookmark); // a bookmark told twice would be a lie, not a replay
    yield batch;
    if (happens('watch.duplicated')) yield batch;
  }

  /** Brings nothing until it is stopped. */
  private silence(): Promise<undefined> {
    if (this.stopped.signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => this.stopped.signal.addEventListener('abort', () => resolve(undefined), { once: true }));
  }

  private over(): void {
    this.isOver = true;
    this.faults.onEnd();
  }
}
