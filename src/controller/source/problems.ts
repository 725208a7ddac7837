/** What a DatastoreSource tells besides events: everything that went wrong, in order, and never while something else is going on. */
import type { ParseError } from '../../model/errors.js';
import type { Failure } from '../../model/failure.js';
import { failureOf } from '../../policy/failure.js';
import type { Logger } from '../../ports/logger.js';

/** Something that went wrong. Except after `controllerClosed` and `crashed`, the source goes on. */
export type DatastoreSourceProblem =
  /** A request failed or was given up; another one follows. `phase`: whether it was to read everything, or to follow the changes. */
  | { readonly kind: 'request'; readonly failure: Failure; readonly phase: 'list' | 'watch' }
  /** An entry of the datastore cannot be read. What was last read of it stays. */
  | { readonly kind: 'malformed'; readonly error: ParseError }
  /** The controller has not taken an event. A DBResync of everything follows, later. */
  | { readonly kind: 'refused'; readonly error: Error }
  /** The controller takes nothing any more: the source has stopped. */
  | { readonly kind: 'controllerClosed'; readonly error: Error }
  /** The local copy could not be read or written. One that cannot be read counts as empty. */
  | { readonly kind: 'mirror'; readonly operation: 'load' | 'save'; readonly error: Error }
  /** Another datastore answers than before, perhaps a rebuilt one. What it holds is told; identities may have changed in it. */
  | { readonly kind: 'otherDatastore'; readonly storeId: string; readonly previousStoreId: string }
  /** A statechart has failed, which is a defect of this package: the source has stopped. */
  | { readonly kind: 'crashed'; readonly error: Error };

export type OnProblem = (problem: DatastoreSourceProblem) => void;

export class ProblemTeller {
  private readonly onProblem: OnProblem | undefined;
  private readonly logger: Logger;
  private readonly untold: DatastoreSourceProblem[] = [];

  constructor(onProblem: OnProblem | undefined, logger: Logger) {
    this.onProblem = onProblem;
    this.logger = logger;
  }

  /** To be told soon: nobody is called from inside a transition. */
  tell(problem: DatastoreSourceProblem): void {
    this.untold.push(problem);
    if (this.untold.length === 1) void Promise.resolve().then(() => this.tellAll());
  }

  /** Says something to the log, which may fail. */
  log(level: keyof Logger, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    try {
      this.logger[level](message, fields);
    } catch {
      // A logger that fails has nobody to tell.
    }
  }

  private tellAll(): void {
    for (const problem of this.untold.splice(0)) {
      this.log(problem.kind === 'request' ? 'info' : 'warn', textOf(problem), { problem });
      try {
        const returned: unknown = this.onProblem?.(problem);
        if (returned instanceof Promise) returned.catch((error: unknown) => this.failed(error));
      } catch (error) {
        this.failed(error);
      }
    }
  }

  private failed(thrown: unknown): void {
    const { error } = failureOf(thrown);
    this.log('error', `onProblem failed: ${error.message}`, { error });
  }
}

function textOf(problem: DatastoreSourceProblem): string {
  switch (problem.kind) {
    case 'request':
      return `A ${problem.phase} failed: ${problem.failure.error.message}`;
    case 'malformed':
      return `An entry cannot be read: ${problem.error.message}`;
    case 'refused':
      return `The controller has not taken an event, so that everything will be told again: ${problem.error.message}`;
    case 'controllerClosed':
      return `The controller takes nothing any more, so this source has stopped: ${problem.error.message}`;
    case 'mirror':
      return `The local copy could not be ${problem.operation === 'load' ? 'read' : 'written'}: ${problem.error.message}`;
    case 'otherDatastore':
      return `Another datastore answers (${problem.storeId}) than before (${problem.previousStoreId}).`;
    case 'crashed':
      return `This source has stopped, which is a defect: ${problem.error.message}`;
  }
}
