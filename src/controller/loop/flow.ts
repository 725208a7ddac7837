/** How an event flows: through whom, with which rules, and what it leaves behind. Pure. */
import type { TransactionInput } from '../../../machines/index.js';
import { EventFailedError } from '../errors.js';
import { EventMethod, isUpdateEvent, UpdateDirection, UpdateTransactionType, type Event } from '../events/event.js';
import type { EventHandler } from '../handler.js';
import type { ControllerTimings } from '../options.js';
import type { TransactionReport } from '../transaction/event-transaction.js';

/** The handlers that an event flows through, in the order of execution. */
export function chainOf(event: Event, handlers: readonly EventHandler[]): readonly EventHandler[] {
  if (event.method === EventMethod.DownstreamResync) return [];
  return isUpdateEvent(event) && event.direction === UpdateDirection.Reverse ? handlers.toReversed() : handlers;
}

/** The rules by which an event is processed. */
export function transactionInputOf(event: Event, { handlerTimeout, commitTimeout }: ControllerTimings): TransactionInput {
  const type = isUpdateEvent(event) ? event.transactionType : undefined;
  return {
    revertOnFailure: type === UpdateTransactionType.RevertOnFailure,
    commitsEmpty: type === undefined,
    healsFailures: type !== UpdateTransactionType.BestEffortIgnoreErrors,
    handlerTimeout,
    commitTimeout,
  };
}

/**
 * Whether what handlers wanted is wanted from now on. Of an event that is reverted it is when the southbound has kept it; all others are
 * wanted whether or not they could be applied, and healing or retries go on trying.
 */
export function isKept(event: Event, { outcome, result, merged, wasCommitted }: TransactionReport): boolean {
  if (outcome === 'fatal' || outcome === 'interrupted' || merged === undefined) return false;
  if (!isUpdateEvent(event) || event.transactionType !== UpdateTransactionType.RevertOnFailure) return true;
  if (!wasCommitted) return outcome === 'succeeded';
  return result?.outcome === 'applied' || result?.outcome === 'partlyApplied';
}

/** What an event is answered with: the very error when one thing went wrong. */
export function errorOf({ errors, revertErrors }: TransactionReport): Error | undefined {
  const [only] = errors;
  return errors.length > 1 ? new EventFailedError(errors, revertErrors) : only;
}
