/** What a controller remembers of each event that it has processed (Contiv controller, EventRecord). */
import type { CommitKind, CommitOutcome, RecordedTransaction } from '../southbound/port.js';
import type { EventMethod, UpdateDirection, UpdateTransactionType } from '../events/event.js';

/** An error as a record keeps it: what can be read again from JSON. */
export interface RecordedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** The key at fault. */
  readonly key?: string;
  readonly cause?: RecordedError;
  /** When several things went wrong. */
  readonly errors?: readonly RecordedError[];
}

/** One call of a handler. */
export interface HandlerRecord {
  readonly handler: string;
  readonly isRevert: boolean;
  /** What the handler said it changed; empty: nothing was said. */
  readonly change: string;
  readonly error?: RecordedError;
  /** How long it took, in milliseconds. */
  readonly took: number;
}

/** One key of a transaction. Of a resync there are only those that are not wanted as before. */
export interface RecordedChange {
  readonly key: string;
  /** What was wanted before; absent: nothing. */
  readonly before?: unknown;
  /** What is wanted now; absent: nothing. */
  readonly after?: unknown;
  /** The handlers that wrote it, and the sources of external configuration that were merged over it. */
  readonly wantedBy: readonly string[];
}

/** An operation of the southbound that failed. */
export interface RecordedFailure {
  readonly key: string;
  readonly owner: string;
  readonly wantedBy: readonly string[];
  readonly operation: string;
  readonly isRevert: boolean;
  readonly error: RecordedError;
}

/** The transaction of an event, when one was committed. */
export interface TransactionRecord {
  readonly kind: CommitKind;
  /** The southbound's number; absent when it refused, or has not answered. */
  readonly sequence?: number;
  readonly outcome: CommitOutcome | 'unknown';
  /** In key order. */
  readonly changes: readonly RecordedChange[];
  readonly failures: readonly RecordedFailure[];
  /** Versions of the configuration that handlers want: the same number means that nothing was changed. */
  readonly versionBefore: number;
  readonly versionAfter: number;
}

/** One event that was processed. Times in milliseconds since 1970. */
export interface EventRecord {
  /** 0 for the first event that was processed, and so on without a gap. */
  readonly sequence: number;
  readonly name: string;
  /** What the event said of itself when it was taken. */
  readonly description: string;
  readonly method: EventMethod;
  readonly transactionType?: UpdateTransactionType;
  readonly direction?: UpdateDirection;
  readonly startedAt: number;
  readonly endedAt: number;
  /** The event during which this one was pushed; absent when it came from outside. */
  readonly followUpTo?: number;
  /** Of a resync: how many there have been, this one included. */
  readonly resyncCount?: number;
  readonly handlers: readonly HandlerRecord[];
  readonly transaction?: TransactionRecord;
  /** What else went wrong: snapshots that failed, keys that two handlers wrote. */
  readonly notes?: readonly string[];
  /** What its `done` was called with. */
  readonly error?: RecordedError;
}

/** Selects records. Without anything: all that are kept. */
export interface HistoryQuery {
  /** This one only. Takes precedence over everything else. */
  readonly sequence?: number;
  /** Those that ended at this time or later, in milliseconds since 1970. */
  readonly since?: number;
  /** Those that began at this time or before. */
  readonly until?: number;
  /** From this number on. */
  readonly from?: number;
  /** Up to this number, included. */
  readonly to?: number;
  /** The first so many of those. */
  readonly first?: number;
  /** The last so many of what is left. */
  readonly last?: number;
}

/** How many records are kept. Times in milliseconds. */
export interface RetentionOptions {
  /** Records that ended longer ago than this go. Default: 24 hours. */
  readonly ageLimit: number;
  /** Records of events that began within this time from the start stay whatever their age. Default: 1 hour. */
  readonly permanentPeriod: number;
  /**
   * At most so many; the oldest go first, those of the permanent period last: they give way only while the others have less than half of
   * the room. Default: 10,000.
   */
  readonly maxRecords: number;
}

/** What a controller has done. */
export interface EventHistory {
  /** Records in the order of processing, frozen. @throws ValidationError when a number is none. */
  query(query?: HistoryQuery): readonly EventRecord[];
  /** The southbound's own record of the transaction of an event, when it keeps one. */
  transactionOf(sequence: number): RecordedTransaction | undefined;
  /** The selected records, one JSON object a line; what `parseHistory` reads. */
  toJSONLines(query?: HistoryQuery): string;
  /** The selected records as boxes of text. */
  print(query?: HistoryQuery): string;
}
