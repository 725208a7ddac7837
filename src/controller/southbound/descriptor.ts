/** Descriptors: how values below one prefix are applied (ligato kvscheduler, KVDescriptor). */

/** What a value needs to be there before it can be. */
export type Dependency =
  /** The value of this key. */
  | string
  /** The value of this key, under a name for people. */
  | { readonly label: string; readonly key: string }
  /** Any other value whose key begins with this prefix, which ends with a slash. */
  | { readonly label: string; readonly prefix: string };

/** A value that a descriptor has found. */
export interface RetrievedValue {
  readonly key: string;
  /** Plain data. */
  readonly value: unknown;
  /** Whether it belongs to the southbound itself: no resync removes it, and others can depend on it. Default: no. */
  readonly isObtained?: boolean | undefined;
}

/** What a descriptor is asked to find. */
export interface RetrieveRequest {
  /** Only these keys are of interest; undefined: all. More may be answered. */
  readonly keys: ReadonlySet<string> | undefined;
  /** What is believed to be there, or is wanted where nothing is known: for what cannot be read back. */
  readonly known: ReadonlyMap<string, unknown>;
  /** Aborts when the answer is of no interest any more. */
  readonly signal: AbortSignal;
}

/** What an operation is told beside the value. */
export interface OperationContext {
  /** Aborts when the operation has taken too long, or the scheduler is closed: it has failed then, whatever it does. */
  readonly signal: AbortSignal;
}

/**
 * Applies the values whose keys begin with `prefix`. Every function may answer at once or later; one that throws or rejects has failed.
 * Values are frozen. An operation that fails must have had no effect, unless the descriptor can `retrieve`.
 */
export interface Descriptor {
  /** Unique among the descriptors of a scheduler. */
  readonly name: string;
  /** Where several prefixes match a key, the longest counts. The empty one matches every key. */
  readonly prefix: string;
  create(key: string, value: unknown, context: OperationContext): void | Promise<void>;
  /** Absent: values cannot be updated; they are deleted and created again. */
  update?(key: string, before: unknown, after: unknown, context: OperationContext): void | Promise<void>;
  delete(key: string, value: unknown, context: OperationContext): void | Promise<void>;
  /** Absent: what is there is what was done; nothing, when the scheduler is told that whatever stands below has started anew. */
  retrieve?(request: RetrieveRequest): Iterable<RetrievedValue> | Promise<Iterable<RetrievedValue>>;
  /** Throws when `value` can never be applied. It is asked about values that are wanted, never about those that are there. */
  validate?(key: string, value: unknown): void | Promise<void>;
  /** Whether there is nothing to do between the two. Default: they are deeply equal. */
  equals?(key: string, there: unknown, wanted: unknown): boolean | Promise<boolean>;
  /** What `value` needs. Until it is there the value is pending. */
  dependencies?(key: string, value: unknown): Iterable<Dependency> | Promise<Iterable<Dependency>>;
  /** Whether this change cannot be made by `update`, and takes deleting and creating. */
  recreate?(key: string, before: unknown, after: unknown): boolean | Promise<boolean>;
  /** Whether to try again after `error`. Default: an error of this package says so itself (`retryable`), any other is tried again. */
  isRetriable?(error: Error, key: string): boolean | Promise<boolean>;
  /** The names of descriptors whose values are retrieved before those of this one. */
  readonly retrieveAfter?: readonly string[];
}
