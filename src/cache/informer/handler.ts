/** Handlers: whoever is told what changes in an informer (client-go, cache.ResourceEventHandler). */
import type { DeletedFinalStateUnknown } from '../keys.js';
import type { OverflowError } from './errors.js';

/** An object that is gone. */
export type Deleted<T> =
  /** The datastore told of the deletion: `last` is the object's final state, as far as the datastore tells it. */
  | { readonly certainty: 'exact'; readonly cause: 'event'; readonly last: T }
  /**
   * Nobody saw the deletion, or its final state cannot be read: `last` is the newest state that was known. `cause` is how it came to
   * light: a list that does not hold the object any more, or an event.
   */
  | {
      readonly certainty: 'unknown';
      readonly cause: 'relist' | 'event';
      readonly last: T;
      readonly tombstone: DeletedFinalStateUnknown<T>;
    };

/** What there is to know about an object that is new to a handler. */
export interface AddDetails {
  /** It is part of what there was when the handler came, or of the informer's first list. */
  readonly isInInitialList: boolean;
}

/** What there is to know about an update. */
export interface UpdateDetails {
  /** It is another object with the same key: the one before was deleted in between. */
  readonly recreated: boolean;
  /** Nothing has changed: the handler asked to be told again (its `resyncPeriod`). */
  readonly isResync: boolean;
}

/**
 * Is told what changes. Calls are serial, never made from inside a commit, and follow its order for each key; between keys and between
 * handlers there is no order. For each key they are an add, updates, a delete, and again; `before` equals what was told last.
 *
 * Objects are frozen. While a returned promise is pending nothing else is told to this handler. A handler that throws or rejects is
 * reported, what it was told counts as told, and it goes on.
 */
export interface ResourceEventHandler<T> {
  onAdd?(object: T, details: AddDetails): unknown;
  onUpdate?(before: T, after: T, details: UpdateDetails): unknown;
  onDelete?(deleted: Deleted<T>): unknown;
  /** More changes wait than `limit` allows: see {@link Backpressure}. */
  onOverflow?(error: OverflowError): unknown;
}

/**
 * What happens to changes while a handler is busy. Either way its memory is bounded, and nothing is lost without being told.
 *
 * - `coalesce`: it is told what has become of each key: the difference between what it was told last and what is there. What was added
 *   and deleted again meanwhile is not told at all. At most one change waits for each key.
 * - `every`: it is told every change one by one, as long as at most `limit` of them wait. When more do, its changes are folded
 *   together as with `coalesce` until it has caught up, or it is removed. What there is when it comes does not count.
 */
export type Backpressure =
  { readonly mode: 'coalesce' } | { readonly mode: 'every'; readonly limit: number; readonly whenFull: 'coalesce' | 'remove' };

/** How a handler wants to be told. */
export interface HandlerOptions {
  /** Default: `{ mode: 'coalesce' }`. */
  readonly backpressure?: Backpressure | undefined;
  /**
   * Between two resyncs, in milliseconds: the handler is told of each object again, as an update from it to itself, unless a change of
   * it waits anyway. Costs the datastore nothing. 0: never; else at least 1,000. Default: that of the informer.
   */
  readonly resyncPeriod?: number | undefined;
  /** For logs, reports and errors. */
  readonly name?: string | undefined;
}

/** A handler's place in an informer. The same handler can have several. */
export interface HandlerRegistration {
  readonly name: string;
  /** Whether the informer is in sync and everything that there was at the beginning has been told. */
  hasSynced(): boolean;
  /**
   * Resolves when {@link HandlerRegistration.hasSynced} becomes true.
   *
   * @throws StoppedError when the handler is removed, or the informer stops, before that.
   */
  readonly synced: Promise<void>;
  /** How many changes and resyncs wait for the handler. */
  readonly pending: number;
  /**
   * Removes the handler: no callback of it begins any more. Calling it again, or after the informer has stopped, is fine.
   *
   * Resolves when no callback of it is running any more, or after the informer's `stopLimit`, whichever is first. Called by a callback of
   * this very handler before it returns or first waits, it resolves at once: the callback cannot wait for its own end. An async callback
   * that has waited already should not wait for this promise: it would resolve with the limit.
   */
  remove(): Promise<void>;
}
