/** The southbound: what a controller applies its transactions to. Anything that can do this much can stand there. */

/** How to apply a transaction. */
export type CommitKind = 'update' | 'fullResync' | 'upstreamResync' | 'downstreamResync';

/** How often to try a value again that could not be applied. Times in milliseconds. */
export interface RetryOptions {
  /** Before the first retry. */
  readonly delay: number;
  /** 0: without end. */
  readonly maxAttempts: number;
  /** Whether the delay doubles with every attempt. */
  readonly exponential: boolean;
}

/** A transaction as the southbound is given it: plain, frozen data. */
export interface SouthboundTransaction {
  /** For people: the event, and a line for each change. */
  readonly description: string;
  readonly kind: CommitKind;
  /**
   * What each key is to have; `null`: nothing. In key order. With `update` other keys stay as they are; with `fullResync` and
   * `upstreamResync` they go; a `downstreamResync` has none, and wants what was wanted before.
   */
  readonly values: ReadonlyMap<string, unknown>;
  /** All or nothing: the first value that fails takes back those before it. Never with a resync. */
  readonly revertOnFailure: boolean;
  /** Undefined: a value that fails is not tried again. */
  readonly retry: RetryOptions | undefined;
  /** Whether to tell more than usual: the first resync of a process. */
  readonly verbose: boolean;
  /**
   * Of a `fullResync` or `upstreamResync`: not everything that is wanted is known yet, so what is there and was never wanted in this process
   * must stay. Absent: false.
   */
  readonly keepsStrangers?: boolean;
}

/** What was done, or tried, with a value. */
export type OperationKind = 'create' | 'update' | 'delete' | 'retrieve' | 'validate';

/** One operation that failed. */
export interface OperationFailure {
  readonly key: string;
  /** The key of the value that this one was made for; the key itself where it was not derived. What was wanted, was wanted for it. */
  readonly owner: string;
  readonly operation: OperationKind;
  readonly error: Error;
  /** Whether it failed while the transaction was being taken back. */
  readonly isRevert: boolean;
}

/** How a value is doing. */
export type ValueStatus =
  /** As wanted. */
  | 'configured'
  /** Wanted, and what it depends on is not there. */
  | 'pending'
  /** Can never be applied as it is. */
  | 'invalid'
  /** Could not be applied, and is not tried again. */
  | 'failed'
  /** Could not be applied, and is going to be tried again. */
  | 'retrying'
  /** There, and not wanted: it belongs to the southbound itself, or is a stranger that is kept. Others can depend on it. */
  | 'obtained'
  /** Not wanted, not there. */
  | 'removed';

/** How the keys of a transaction are when it has been committed. */
export interface ValueReport {
  readonly key: string;
  readonly status: ValueStatus;
  readonly error?: Error;
}

/** What has become of a transaction. */
export type CommitOutcome =
  /** Everything is as wanted, or pending. */
  | 'applied'
  /** Some of it is not; the rest stays applied. */
  | 'partlyApplied'
  /** All of it was taken back. */
  | 'reverted'
  /** It was to be taken back, and not all of it could be. */
  | 'revertFailed'
  /** It was not begun. */
  | 'refused';

/** The answer to a commit. A southbound that rejects instead has refused. */
export interface CommitResult {
  readonly outcome: CommitOutcome;
  /** The number of the transaction; undefined when it was refused. */
  readonly sequence: number | undefined;
  /** Every operation that failed, also for values of other transactions, in the order of execution. */
  readonly failures: readonly OperationFailure[];
  /** Why it was refused. */
  readonly refusal?: Error;
  /** The values of the transaction afterwards, in key order. */
  readonly values: readonly ValueReport[];
}

/** One operation that was executed. */
export interface ExecutedOperation {
  readonly key: string;
  readonly operation: OperationKind;
  /** Absent: there was nothing. */
  readonly before?: unknown;
  /** Absent: there is nothing. */
  readonly after?: unknown;
  readonly status: ValueStatus;
  readonly isRevert: boolean;
  readonly isRetry: boolean;
  readonly error?: Error;
}

/** A transaction that the southbound has executed. Times in milliseconds since 1970. */
export interface RecordedTransaction {
  readonly sequence: number;
  readonly kind: CommitKind | 'retry';
  readonly description: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: CommitOutcome;
  readonly executed: readonly ExecutedOperation[];
  /** Of a retry: the transaction whose values are tried again, and for which time. */
  readonly retryFor?: number;
  readonly attempt?: number;
}

/** What a southbound tells unasked. */
export type SouthboundEvent =
  /** A value has another status than before, and no commit's answer says so: of a retry, or because of others that it depends on. */
  | { readonly type: 'value'; readonly report: ValueReport }
  /** What was configured may be gone: whatever stands below has started anew. A downstream resync puts it right. */
  | { readonly type: 'restored' };

/** What a controller applies its transactions to. */
export interface Southbound {
  /** Applies `transaction`. One at a time is asked for. `signal` ends the waiting, not what is being done. */
  commit(transaction: SouthboundTransaction, options: { readonly signal: AbortSignal }): Promise<CommitResult>;
  /** Tells `listener` what happens outside of commits. @returns a function that ends it. */
  subscribe?(listener: (event: SouthboundEvent) => void): () => void;
  /** The transaction of that number, as long as it is remembered. */
  getRecordedTransaction?(sequence: number): RecordedTransaction | undefined;
}
