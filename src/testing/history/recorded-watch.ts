import type { Watch, WatchEvent } from '../../model/watch.js';
import type { WatchEndedRecord } from './record.js';

type Batch<V> = readonly WatchEvent<V>[];

/** Who is told what a watch does. */
export interface WatchWitness<V> {
  readonly received: (events: Batch<V>) => void;
  /** Called once. */
  readonly ended: (reason: WatchEndedRecord['reason'], error?: unknown) => void;
}

/** A watch whose batches and whose end are recorded. Nothing is read before it is asked for. */
export class RecordedWatch<V> implements Watch<V> {
  private readonly inner: Watch<V>;
  private readonly witness: WatchWitness<V>;
  private isOver = false;

  constructor(inner: Watch<V>, witness: WatchWitness<V>) {
    this.inner = inner;
    this.witness = witness;
  }

  get hasTerminated(): boolean {
    return this.inner.hasTerminated;
  }

  stop(): Promise<void> {
    this.over('stopped');
    return this.inner.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.over('stopped');
    await this.inner[Symbol.asyncDispose]();
  }

  [Symbol.asyncIterator](): AsyncIterator<Batch<V>> {
    const source = this.inner[Symbol.asyncIterator](); // which refuses to be iterated twice
    return {
      next: () => this.next(source),
      return: async () => {
        this.over('stopped');
        return (await source.return?.()) ?? { done: true, value: undefined };
      },
    };
  }

  private async next(source: AsyncIterator<Batch<V>>): Promise<IteratorResult<Batch<V>>> {
    try {
      const result = await source.next();
      if (result.done === true) this.over('closed');
      else this.witness.received(result.value);
      return result;
    } catch (error) {
      this.over('failed', error);
      throw error;
    }
  }

  private over(reason: WatchEndedRecord['reason'], error?: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.witness.ended(reason, error);
  }
}
