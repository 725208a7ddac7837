/** What a reflector tells besides what it puts into its store: everything that went wrong, in order, once. */
import type { ParseError } from '../../model/errors.js';
import type { Failure } from '../../model/failure.js';
import type { Key } from '../../model/key.js';
import { failureOf } from '../../policy/failure.js';
import type { Logger } from '../../ports/logger.js';
import type { RequestPhase } from '../../reflector/failure-teller.js';
import { Teller } from '../teller.js';

/** Something that went wrong. The reflector goes on. */
export type ReflectorProblem =
  /** A request failed or was given up; another one follows. `phase`: whether it was to read everything, or to follow the changes. */
  | { readonly kind: 'request'; readonly failure: Failure; readonly phase: RequestPhase }
  /**
   * An object is not in the store: it is of another type than expected, it has no key there, it is not plain data, or the store refused
   * it for a reason of its own. `key` is that of the datastore. Its last state that was good stays; of another type, none does.
   */
  | { readonly kind: 'object'; readonly error: Error; readonly key: Key }
  /** An object that is gone is still in the store, which does not let it go, or where its key cannot be told. `key` is that of the datastore. */
  | { readonly kind: 'deletion'; readonly error: Error; readonly key: Key }
  /** An entry of the datastore cannot be read. What was last read of it stays. */
  | { readonly kind: 'malformed'; readonly error: ParseError }
  /** The store did not do what it was told. */
  | { readonly kind: 'store'; readonly error: Error };

/** Tells problems to the log, and to whoever wants to know. */
export class ProblemTeller {
  private readonly teller: Teller<ReflectorProblem>;
  private isClosed = false;

  constructor(onError: ((problem: ReflectorProblem) => void) | undefined, logger: Logger) {
    this.teller = new Teller((problem) => this.tell(problem, onError), logger);
  }

  /** To be told soon. */
  report(problem: ReflectorProblem): void {
    if (!this.isClosed) this.teller.tellSoon(problem);
  }

  /** Tells what is left, and nothing more. */
  close(): void {
    this.teller.close();
    this.isClosed = true;
  }

  private tell(problem: ReflectorProblem, onError: ((problem: ReflectorProblem) => void) | undefined): unknown {
    this.teller.log(problem.kind === 'request' ? 'info' : 'warn', textOf(problem), { problem });
    return onError?.(problem);
  }
}

/** Whatever was thrown, as an error. */
export function errorOf(thrown: unknown): Error {
  return failureOf(thrown).error;
}

function textOf(problem: ReflectorProblem): string {
  switch (problem.kind) {
    case 'request':
      return `A ${problem.phase} failed: ${problem.failure.error.message}`;
    case 'object':
      return `${problem.key} is not in the store: ${problem.error.message}`;
    case 'deletion':
      return `${problem.key} is gone, and is still in the store: ${problem.error.message}`;
    case 'malformed':
      return `An entry cannot be read: ${problem.error.message}`;
    case 'store':
      return `The store failed: ${problem.error.message}`;
  }
}
