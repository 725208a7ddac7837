/** Answers to events. */
import { ClosedError } from '../../model/errors.js';
import type { Event } from '../events/event.js';
import { callInScope } from '../events/loop-scope.js';
import { catchLate, type ProblemTeller } from '../problems.js';
import { asError } from '../transaction/thrown.js';

/** Calls `done` of an event, which may fail. */
export function answerEvent(
  event: Event,
  error: Error | undefined,
  { loop, problems }: { readonly loop: object; readonly problems: ProblemTeller },
): void {
  const scope = { loop, isActive: true };
  const failed = (thrown: unknown): void => problems.tell({ kind: 'event', name: event.name, error: asError(thrown) });
  try {
    callInScope(scope, () => catchLate(event.done(error), failed));
  } catch (thrown) {
    failed(thrown);
  } finally {
    scope.isActive = false;
  }
}

/** The answer to an event that is not processed any more. @param cause what had gone wrong with it by then. */
export function closed({ name }: Event, cause?: Error): ClosedError {
  const isBegun = cause === undefined ? 'was not processed' : 'was not processed to its end';
  return new ClosedError(`The event "${name}" ${isBegun}: the event loop has ended.`, cause && { cause });
}
