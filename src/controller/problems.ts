/** What goes wrong in a controller and is nobody's answer. */
import { failureOf } from '../policy/failure.js';
import type { Logger } from '../ports/logger.js';
import type { OwnershipProblem } from './kit/ownership.js';

/** Something that went wrong. The event loop goes on. */
export type ControllerProblem =
  /** A source of external configuration has no snapshot; what it wanted before stays. */
  | { readonly kind: 'snapshot'; readonly source: string; readonly error: Error }
  /** What a source wants for a key could not be merged, and is left out. */
  | { readonly kind: 'merge'; readonly source: string; readonly key: string; readonly error: Error }
  /** Two handlers write one key. */
  | { readonly kind: 'ownership'; readonly problem: OwnershipProblem }
  /** A handler uses its transaction when its call is over. */
  | { readonly kind: 'late'; readonly handler: string; readonly error: Error }
  /** `done` of an event failed; or its `toString`. */
  | { readonly kind: 'event'; readonly name: string; readonly error: Error }
  /** A handler that had had its time came to an end after all, with an error. */
  | { readonly kind: 'lateFailure'; readonly handler: string; readonly error: Error }
  /** The southbound's answer or notification is none. */
  | { readonly kind: 'southbound'; readonly error: Error }
  /** The hook that is asked after the last healing failed. */
  | { readonly kind: 'escalation'; readonly error: Error };

/** Tells problems, and is harmed by nobody who fails. */
export class ProblemTeller {
  private readonly onProblem: ((problem: ControllerProblem) => void) | undefined;
  private readonly logger: Logger;

  constructor(onProblem: ((problem: ControllerProblem) => void) | undefined, logger: Logger) {
    this.onProblem = onProblem;
    this.logger = logger;
  }

  /** Called from effects only, never inside a transition. */
  tell(problem: ControllerProblem): void {
    const message = problem.kind === 'ownership' ? problem.problem.message : problem.error.message;
    this.log('warn', `${problem.kind}: ${message}`, { problem });
    try {
      catchLate(this.onProblem?.(problem), (error) => this.failed('onProblem', error));
    } catch (error) {
      this.failed('onProblem', error);
    }
  }

  /** Says something to the log, which may fail. */
  log(level: keyof Logger, message: string, fields: Readonly<Record<string, unknown>>): void {
    try {
      catchLate(this.logger[level](message, fields), () => {});
    } catch {
      // A logger that fails has nobody to tell.
    }
  }

  /** A hook of the user's failed. */
  failed(hook: string, thrown: unknown): void {
    const { error } = failureOf(thrown);
    this.log('error', `${hook} failed: ${error.message}`, { error });
  }
}

/** What was called may have answered a promise though nobody waits for one: its rejection is a failure like others, not the process's end. */
export function catchLate(returned: unknown, report: (thrown: unknown) => void): void {
  if (returned instanceof Promise) returned.catch(report);
}
