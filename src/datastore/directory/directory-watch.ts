import type { Watch, WatchEvent } from '../../model/watch.js';

/** A watch of the objects that are known, which ends with an error when the folder is gone. */
export class DirectoryWatch<V> implements Watch<V> {
  private readonly inner: Watch<V>;
  private readonly onEnd: (watch: DirectoryWatch<V>) => void;
  private failure: Error | undefined;

  constructor(inner: Watch<V>, onEnd: (watch: DirectoryWatch<V>) => void) {
    this.inner = inner;
    this.onEnd = onEnd;
  }

  get hasTerminated(): boolean {
    return this.inner.hasTerminated;
  }

  /** Ends the iteration with an error. */
  fail(error: Error): void {
    this.failure = error;
    void this.stop();
  }

  stop(): Promise<void> {
    this.onEnd(this);
    return this.inner.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly WatchEvent<V>[]> {
    return this.run(this.inner[Symbol.asyncIterator]());
  }

  private async *run(batches: AsyncIterator<readonly WatchEvent<V>[]>): AsyncGenerator<readonly WatchEvent<V>[], void, undefined> {
    try {
      for (;;) {
        const batch = await batches.next();
        if (this.failure !== undefined) throw this.failure;
        if (batch.done === true) return;
        yield batch.value;
      }
    } finally {
      await this.stop();
    }
  }
}
