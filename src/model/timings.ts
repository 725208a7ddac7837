/** How the wait between attempts grows. */
export interface Backoff {
  /** What each failure in a row multiplies the wait by. 1: constant. */
  readonly factor: number;
  /** The longest wait, in milliseconds. A longer Retry-After is honoured. */
  readonly max: number;
  /** `full`: the wait is drawn evenly from nothing to the computed one, so that many clients do not return at once. */
  readonly jitter: 'full' | 'none';
}

/** Every time and count by which a reflector decides. Times are in milliseconds. */
export interface ReflectorTimings {
  /** From the start of one attempt to list or watch to the start of the next, at least. */
  readonly minResyncInterval: number;
  /** The first wait after a failed list. */
  readonly listRetryInterval: number;
  /** Between two lists where there is no watch. */
  readonly watchPollInterval: number;
  /** Between two lists of a kind whose API is not installed. */
  readonly missingApiRetryInterval: number;
  /** Without an answer for so long, the datastore counts as disconnected. */
  readonly watchRetryTimeout: number;
  /** So many errors of the watch without progress lead to a list. */
  readonly maxErrorsPerRevision: number;
  /** So many watches in a row that are accepted and closed at once lead to polling. */
  readonly maxEmptyWatches: number;
  /** A watch that ends sooner than this and brought nothing was closed at once. */
  readonly shortWatch: number;
  /** A watch that stays open for so long is healthy: what failed before it is forgotten. */
  readonly healthyPeriod: number;
  /** A watch that brings nothing for so long, not even a bookmark, is opened anew. */
  readonly idleLimit: number;
  /** A list page, or the opening of a watch, that takes longer has failed. */
  readonly requestTimeout: number;
  /** A whole list that takes longer has failed, however many pages arrive. */
  readonly listLimit: number;
  /** A list that is older than what we have is refused so often in a row before the datastore is believed to have gone back. */
  readonly maxStaleLists: number;
  /** Between two comparisons of the mirror with a complete list, while a watch is open. 0: never. */
  readonly auditInterval: number;
  readonly backoff: Backoff;
}
