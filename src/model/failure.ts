/**
 * A failure is an expected outcome of a request, as a value: what happened, classified once at the edge. Decisions read its `kind`,
 * people read its `error`.
 */
export type Failure =
  /** The history at our revision is gone. */
  | { readonly kind: 'compacted'; readonly error: Error }
  /** The datastore has not reached our revision. */
  | { readonly kind: 'tooNew'; readonly error: Error }
  /** The answer was older than one we were given before. */
  | { readonly kind: 'stale'; readonly error: Error }
  /** We are asked to wait, for `retryAfter` milliseconds if it says so. */
  | { readonly kind: 'throttled'; readonly error: Error; readonly retryAfter: number | undefined }
  /** No answer. */
  | { readonly kind: 'unavailable'; readonly error: Error }
  /** Our credentials were refused. */
  | { readonly kind: 'unauthorized'; readonly error: Error }
  /** The datastore can never do this. */
  | { readonly kind: 'unsupported'; readonly error: Error }
  /** The API of this kind is not installed. */
  | { readonly kind: 'missing'; readonly error: Error }
  /** Anything else. */
  | { readonly kind: 'unknown'; readonly error: Error };

/** What kinds of failure there are. */
export type FailureKind = Failure['kind'];
