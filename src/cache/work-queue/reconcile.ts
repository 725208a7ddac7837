/** What the author of a controller writes, and how it is run. */

/** Asks for an item to be added again when so many milliseconds have passed, at least 1. */
export interface Requeue {
  readonly requeueAfter: number;
}

/** What a reconcile function is given besides the item. */
export interface ReconcileContext {
  /** Aborts when the workers are to end. What is under way then may go on to its end, or give up by rejecting with the signal's reason. */
  readonly signal: AbortSignal;
}

/**
 * Brings what an item names to the state in which it ought to be. It is never called for one item by two workers at once.
 *
 * It has succeeded when it returns; it has failed when it throws or rejects.
 */
export type Reconcile<T> = (item: T, context: ReconcileContext) => Promise<Requeue | undefined | void> | Requeue | undefined | void;

/** An item that could not be reconciled. */
export interface ReconcileFailure<T> {
  readonly item: T;
  /** What was thrown. */
  readonly error: unknown;
  /** So often the item has failed since it last succeeded, as far as the rate limiter counts it. */
  readonly requeues: number;
  /** Whether it is tried again. It is not when the queue has been shut down, or the item has no key any more. */
  readonly isRetried: boolean;
}

/** How workers work. */
export interface RunOptions<T> {
  /** How many items are processed at once, at most. Default: 1. */
  readonly workers?: number | undefined;
  /** Ends the work: nothing more is begun, what is not begun stays in the queue, and what is under way is waited for. */
  readonly signal?: AbortSignal | undefined;
  /** Is told of each failure, after what follows from it. What it throws is logged. Default: the logger of the queue alone is told. */
  readonly onError?: ((failure: ReconcileFailure<T>) => unknown) | undefined;
}
