/** Words of the transaction chart: what it is set up with, what it decides on, and the facts that it is told. */
import type { CallbackActorLogic } from 'xstate';

/** How bad a failure of a handler is: as an AbortEventError, a FatalError, or any other error says. */
export type Severity = 'plain' | 'abort' | 'fatal';

/** What has become of a commit (src/controller/southbound/port.ts, CommitOutcome). */
export type CommitVerdict = 'applied' | 'partlyApplied' | 'reverted' | 'revertFailed' | 'refused';

/** What a transaction is set up with. Times are in milliseconds. */
export interface TransactionInput {
  /** An update that fails is taken back; anything else keeps what it could do. */
  readonly revertOnFailure: boolean;
  /** A resync is committed though it wants nothing: then nothing is wanted. An update without changes is not. */
  readonly commitsEmpty: boolean;
  /**
   * Whether handlers that have failed, and what was applied in part, are to be healed. Always healed is what was aborted, what the
   * southbound has not applied or not answered, and what could not be taken back.
   */
  readonly healsFailures: boolean;
  /** A handler that has not answered by then has failed. Infinity: never. */
  readonly handlerTimeout: number;
  /** A southbound that has not answered by then has failed. Infinity: never. */
  readonly commitTimeout: number;
}

/** What its decisions read. */
export interface TransactionContext extends TransactionInput {
  /** The number of the effect under way, or of the next one. A fact with another number is late and changes nothing. */
  readonly request: number;
  /** How many handlers handle the event. */
  readonly selected: number;
  /** The handler that is called or comes next, counted in the order of execution; while reverting, how many are left to revert. */
  readonly position: number;
  readonly hasFailed: boolean;
  readonly needsHealing: boolean;
}

/** It is known which handlers handle the event. */
export interface HandlersSelected {
  readonly type: 'handlers.selected';
  readonly request: number;
  readonly count: number;
}

/** A handler has been called, and its answer is awaited. Those before it have come to their end. */
export interface HandlerBegun {
  readonly type: 'handler.begun';
  readonly request: number;
  readonly position: number;
}

/** All handlers, from the one that was asked for on, have come to a good end. */
export interface HandlersCompleted {
  readonly type: 'handlers.completed';
  readonly request: number;
}

/** A handler has failed. Those before it have come to their end, those after it were not called. */
export interface HandlerFailed {
  readonly type: 'handler.failed';
  readonly request: number;
  readonly position: number;
  readonly severity: Severity;
}

/** What handlers want and what external configuration wants has become one. */
export interface MergeCompleted {
  readonly type: 'merge.completed';
  readonly request: number;
  /** There is nothing to apply. */
  readonly isEmpty: boolean;
  /** Some external configuration could not be merged, and was left out. */
  readonly hasFailed: boolean;
}

/** The southbound has answered. */
export interface CommitCompleted {
  readonly type: 'commit.completed';
  readonly request: number;
  readonly verdict: CommitVerdict;
  /** Everything that failed was wanted by external configuration alone: building it anew would not help. */
  readonly isExternalOnly: boolean;
}

/** All handlers that were left to revert have been reverted. */
export interface RevertsCompleted {
  readonly type: 'reverts.completed';
  readonly request: number;
}

/** A fact about a transaction. */
export type TransactionFact =
  HandlersSelected | HandlerBegun | HandlersCompleted | HandlerFailed | MergeCompleted | CommitCompleted | RevertsCompleted;

/** Commands and facts of the transaction chart. */
export type TransactionEvent = { readonly type: 'interrupt' } | TransactionFact;

/** What the effects are asked. */
export interface TransactionRequest {
  readonly request: number;
}

/** Call the handlers from `position` on, one after the other; revert from `position - 1` down. */
export interface HandlersRequest extends TransactionRequest {
  readonly position: number;
}

/** An effect of the transaction chart: reports facts with the number of its request, and stops when its state is left. */
export type TransactionLogic<I extends TransactionRequest = TransactionRequest> = CallbackActorLogic<{ type: 'none' }, I>;

/** How a transaction ends. */
export type TransactionOutcome = 'succeeded' | 'failed' | 'fatal' | 'interrupted';

/** Where a transaction is. */
export type TransactionStateValue =
  | 'selecting'
  | { readonly handling: 'calling' | 'awaiting' }
  | 'merging'
  | 'committing'
  | 'failing'
  | { readonly reverting: 'calling' | 'awaiting' }
  | 'finalizing'
  | TransactionOutcome;

/** The shape of the transaction chart. */
export interface TransactionShape {
  readonly context: TransactionContext;
  readonly event: TransactionEvent;
  readonly actors: {
    readonly select: TransactionLogic;
    readonly handle: TransactionLogic<HandlersRequest>;
    readonly merge: TransactionLogic;
    readonly commit: TransactionLogic;
    readonly revert: TransactionLogic<HandlersRequest>;
  };
  readonly actions: {
    /** The handler at `position`, which is called or reverted, has had its time. */
    readonly reportTimeout: unknown;
    /** The southbound has had its time. */
    readonly reportCommitTimeout: unknown;
    readonly recordSelection: unknown;
    readonly recordBegin: unknown;
    readonly recordHandled: unknown;
    readonly recordFailure: unknown;
    readonly recordAbort: unknown;
    readonly recordTimeout: unknown;
    readonly recordMerge: unknown;
    readonly recordVerdict: unknown;
    readonly recordNoVerdict: unknown;
    readonly recordRevertBegin: unknown;
    readonly recordFailedRevert: unknown;
    readonly recordRevertTimeout: unknown;
    readonly retireRequest: unknown;
  };
  readonly guards:
    | 'isCurrent'
    | 'isFatal'
    | 'isTakenBack'
    | 'isAbort'
    | 'isLastHandler'
    | 'isLastRevert'
    | 'mustTakeBack'
    | 'hasNoMoreHandlers'
    | 'hasNoMoreReverts'
    | 'mustTakeBackMerge'
    | 'mustCommit'
    | 'wasTakenBack'
    | 'hasReverts'
    | 'hasFailed';
  readonly delays: 'handlerTimeout' | 'commitTimeout';
  readonly value: TransactionStateValue;
  readonly tag: string;
  readonly input: TransactionInput;
}
