/**
 * A datastore that does not tell the truth, in the ways that no mirror can notice by watching: only an audit finds out.
 */
import type { Watch, WatchEvent } from '../../model/watch.js';

/** What a datastore can be wrong about. */
export const lieNames = [
  /** A watch never tells of a batch. */
  'watch.lost',
  /** A watch says that everything is told up to a revision, and has left something out. */
  'watch.falseBookmark',
] as const;
export type LieName = (typeof lieNames)[number];

/** How likely each lie is, from 0 (or absent: never) to 1, with each batch. */
export type LieRates = Readonly<Partial<Record<LieName, number>>>;

/** A watch that keeps batches to itself. */
export class LyingWatch<V> implements Watch<V> {
  private readonly inner: Watch<V>;
  private readonly lies: (name: LieName) => boolean;

  constructor(inner: Watch<V>, lies: (name: LieName) => boolean) {
    this.inner = inner;
    this.lies = lies;
  }

  get hasTerminated(): boolean {
    return this.inner.hasTerminated;
  }

  stop(): Promise<void> {
    return this.inner.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly WatchEvent<V>[], void, undefined> {
    for await (const batch of this.inner) {
      const revision = batch.at(-1)?.revision;
      const isData = batch.some(({ type }) => type !== 'BOOKMARK');
      if (isData && this.lies('watch.lost')) continue;
      if (isData && revision !== undefined && this.lies('watch.falseBookmark')) yield [{ type: 'BOOKMARK', revision }];
      else yield batch;
    }
  }
}
