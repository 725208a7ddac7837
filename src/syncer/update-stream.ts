/** The consumer that asks: an async iterator of batches, each what has changed since the one before. */
import type { Update } from '../model/update.js';
import type { ChangeQueue } from './change-queue.js';

type Batch<V> = readonly Update<V>[];

export class UpdateStream<V> implements AsyncIterableIterator<Batch<V>> {
  readonly queue: ChangeQueue<V>;
  private readonly maxBatchSize: number;
  private readonly onEnd: () => void;
  private state: 'open' | 'draining' | 'ended' = 'open';
  /** Those who wait for a batch, in the order in which they asked. */
  private readonly waiting: ((result: IteratorResult<Batch<V>, undefined>) => void)[] = [];

  constructor(queue: ChangeQueue<V>, maxBatchSize: number, onEnd: () => void) {
    this.queue = queue;
    this.maxBatchSize = maxBatchSize;
    this.onEnd = onEnd;
  }

  /** There may be something to hand out. */
  wake(): void {
    for (let batch = this.take(); batch !== undefined; batch = this.take()) {
      this.waiting.shift()?.({ done: false, value: batch });
    }
    if (this.state !== 'open') this.end();
  }

  /** Hands out what is there and then ends. */
  drain(): void {
    if (this.state === 'open') this.state = 'draining';
    this.wake();
  }

  next(): Promise<IteratorResult<Batch<V>, undefined>> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.wake();
    });
  }

  return(): Promise<IteratorResult<Batch<V>, undefined>> {
    this.queue.clear();
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private take(): Batch<V> | undefined {
    if (this.waiting.length === 0 || this.state === 'ended') return undefined;
    const delivery = this.queue.take(this.maxBatchSize);
    return delivery?.kind === 'updates' ? delivery.updates : undefined;
  }

  private end(): void {
    if (this.state === 'draining' && !this.queue.isEmpty) return;
    if (this.state !== 'ended') this.onEnd();
    this.state = 'ended';
    for (const resolve of this.waiting.splice(0)) resolve({ done: true, value: undefined });
  }
}
