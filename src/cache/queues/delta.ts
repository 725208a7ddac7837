/** Deltas: what has happened to an object, as a queue of changes hands it out (client-go, cache.Delta). */
import { DeletedFinalStateUnknown } from '../keys.js';

/** What happened to an object. */
export const DeltaType = {
  Added: 'Added',
  Updated: 'Updated',
  Deleted: 'Deleted',
  /** It is handed out once more: by a resync, or by a list, unless the queue tells lists apart as `Replaced`. */
  Sync: 'Sync',
  /** It was in a list: it can have changed in ways that nobody saw. Only in queues with `relistDelta: 'Replaced'`. */
  Replaced: 'Replaced',
} as const;
export type DeltaType = (typeof DeltaType)[keyof typeof DeltaType];

/**
 * One change of an object, and the state of the object after it. A deletion has the last state that was seen: the object itself when the
 * deletion was, and a tombstone when it was not. Frozen.
 */
export type Delta<T> =
  | { readonly type: Exclude<DeltaType, 'Deleted'>; readonly object: T }
  | { readonly type: 'Deleted'; readonly object: T | DeletedFinalStateUnknown<T> };

/** What has happened to one object, the oldest first. Never empty when a queue hands it out. Frozen. */
export type Deltas<T> = readonly Delta<T>[];

/**
 * Leaves out of the deltas of one object what is redundant; nothing at all is an answer, too. It is called with every change, while the
 * next state of the queue is computed: it must be quick, and must not change the queue.
 */
export type DeltaCompressor<T> = (deltas: Deltas<T>) => Deltas<T>;

/** The delta of the last change; undefined when there is none. */
export function newestDelta<T>(deltas: Deltas<T>): Delta<T> | undefined {
  return deltas.at(-1);
}

/** The delta of the first change; undefined when there is none. */
export function oldestDelta<T>(deltas: Deltas<T>): Delta<T> | undefined {
  return deltas[0];
}

/**
 * A compressor for those who only want to know how it ended: it keeps the last change. A queue with it holds one delta for each key,
 * whatever happens. That an object was replaced by another one of its key in between cannot be seen any more.
 */
export function keepNewest<T>(deltas: Deltas<T>): Deltas<T> {
  return deltas.slice(-1);
}

/** The object of a delta, whether it is at hand or in a tombstone; undefined when nobody knows it. */
export function objectIn<T>({ object }: Delta<T>): T | undefined {
  return object instanceof DeletedFinalStateUnknown ? object.object : object;
}
