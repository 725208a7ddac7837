/** The queues of the cache, as those see them who put objects in and take them out (client-go, cache.Queue). */
import type { Store } from './store.js';

/** How somebody waits for an item. */
export interface PopOptions {
  /** Ends the waiting: the promise rejects with the signal's reason. Nothing is taken out then. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A store from which items are taken in the order in which their keys came in. Whoever takes an item and fails with it puts it back
 * with `addIfNotPresent`.
 */
export interface Queue<T, Item = T> extends Store<T, Item> {
  /**
   * Takes the first item out, as soon as there is one. Those who wait are served in the order in which they came.
   *
   * @throws ClosedError when the queue is closed and empty; the reason of `signal` when that aborts first.
   */
  pop(options?: PopOptions): Promise<Item>;
  /** Takes the first item out; undefined when there is none. */
  tryPop(): Item | undefined;
  /**
   * Takes the first items out, as soon as there is one, at most `limit` of them.
   *
   * @throws as {@link Queue.pop}; ValidationError when `limit` is not a number of at least 1 (Infinity: everything there is).
   */
  popMany(limit: number, options?: PopOptions): Promise<readonly Item[]>;
  /** Takes the first items out, at most `limit` of them; none when there is none. */
  tryPopMany(limit: number): readonly Item[];
  /**
   * Puts back what was taken out, behind everything else, unless something newer has come or was taken since.
   *
   * @returns whether it was put back.
   */
  addIfNotPresent(item: Item): boolean;
  /**
   * Takes nothing in any more: later changes throw ClosedError. What is in the queue can still be taken out; those who wait for more
   * are refused with a ClosedError. Closing again changes nothing.
   */
  close(): void;
  /**
   * Whether everything that the first `replace` brought has been taken out, deletions included; at once when it brought nothing, or
   * when something else came before it. Once true, it stays so.
   */
  hasSynced(): boolean;
}
