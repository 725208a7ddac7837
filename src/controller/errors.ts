/** What can go wrong in a controller, beside what can go wrong everywhere (src/model/errors.ts). */
import { HeliostatError, type ErrorDetails } from '../model/errors.js';
import type { CommitOutcome, OperationFailure } from './southbound/port.js';

/**
 * `event-aborted`: a handler ends the processing of the event. No other handler is called and nothing is committed; what a
 * RevertOnFailure event has changed is reverted. Healing follows in every case.
 */
export class AbortEventError extends HeliostatError {
  readonly code = 'event-aborted';
  readonly retryable = true;
  /** Why. It is the `cause`, too. */
  readonly originalError: Error;

  constructor(originalError: Error) {
    super(originalError.message, { cause: originalError });
    this.originalError = originalError;
  }
}

/**
 * `fatal`: nothing can go on. Nothing more is called, committed or reverted; every event that was accepted or is pushed afterwards is
 * answered with an {@link EventLoopAbortingError}; and the controller reports it, so that the process can be ended.
 */
export class FatalError extends HeliostatError {
  readonly code = 'fatal';
  readonly retryable = false;
  /** Why. It is the `cause`, too. */
  readonly originalError: Error;

  constructor(originalError: Error) {
    super(originalError.message, { cause: originalError });
    this.originalError = originalError;
  }
}

/** `loop-aborting`: the event was not processed, because of a fatal error (the `cause`) before it. */
export class EventLoopAbortingError extends HeliostatError {
  readonly code = 'loop-aborting';
  readonly retryable = false;
}

/** `queue-full`: the event was not accepted; as many are waiting as may. Push it again later. */
export class EventQueueFullError extends HeliostatError {
  readonly code = 'queue-full';
  readonly retryable = true;
}

/** `would-deadlock`: whoever is called by the event loop cannot wait for the event loop. */
export class WouldDeadlockError extends HeliostatError {
  readonly code = 'would-deadlock';
  readonly retryable = false;
}

/** `timed-out`: a handler, a source or the southbound has not answered in its time. What it does later changes nothing. */
export class TimedOutError extends HeliostatError {
  readonly code = 'timed-out';
  readonly retryable = true;
}

/** `startup-deadline`: no DBResync came in time after the start. */
export class StartupDeadlineError extends HeliostatError {
  readonly code = 'startup-deadline';
  readonly retryable = false;
}

/** A failing key, and who wanted it. */
export interface AttributedFailure extends OperationFailure {
  /** The handlers, and sources of external configuration, that wanted the value. Empty: a value of an earlier transaction. */
  readonly wantedBy: readonly string[];
}

/** `transaction-failed`: the southbound could not apply all of a transaction. */
export class TransactionError extends HeliostatError {
  readonly code = 'transaction-failed';
  readonly retryable = true;
  readonly outcome: CommitOutcome | 'unknown';
  readonly failures: readonly AttributedFailure[];

  constructor(
    message: string,
    details: ErrorDetails & { readonly outcome: CommitOutcome | 'unknown'; readonly failures?: readonly AttributedFailure[] },
  ) {
    super(message, details);
    this.outcome = details.outcome;
    this.failures = details.failures ?? [];
  }
}

/** `event-failed`: more than one thing went wrong with an event. The first is the `cause`. */
export class EventFailedError extends HeliostatError {
  readonly code = 'event-failed';
  readonly retryable = true;
  /** Everything that went wrong, in order. */
  readonly errors: readonly Error[];
  /** Those of them that came while the event was being reverted. */
  readonly revertErrors: readonly Error[];

  constructor(errors: readonly Error[], revertErrors: readonly Error[]) {
    const [cause] = errors;
    const reverting = revertErrors.length === 0 ? '' : `, ${revertErrors.length} of them while it was being reverted`;
    super(`${errors.length} errors${reverting}: ${errors.map(({ message }) => message).join('; ')}`, { cause });
    this.errors = errors;
    this.revertErrors = revertErrors;
  }
}
