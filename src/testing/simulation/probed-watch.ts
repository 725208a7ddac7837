import type { Watch, WatchEvent } from '../../index.js';

/** Who listens to a watch. */
export interface WatchEar<V> {
  readonly brought: (batch: readonly WatchEvent<V>[]) => void;
  readonly ended: (failure: unknown) => void;
  /** Nobody listens any more. */
  readonly left: () => void;
}

/** A watch that somebody listens to. */
export class ProbedWatch<V> implements Watch<V> {
  private readonly inner: Watch<V>;
  private readonly ear: WatchEar<V>;

  constructor(inner: Watch<V>, ear: WatchEar<V>) {
    this.inner = inner;
    this.ear = ear;
  }

  get hasTerminated(): boolean {
    return this.inner.hasTerminated;
  }

  stop(): Promise<void> {
    this.ear.left();
    return this.inner.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly WatchEvent<V>[], void, undefined> {
    try {
      for await (const batch of this.inner) {
        this.ear.brought(batch);
        yield batch;
      }
    } catch (error) {
      this.ear.ended(error);
      throw error;
    }
    this.ear.ended(undefined);
  }
}
