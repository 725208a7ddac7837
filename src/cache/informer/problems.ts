/** What an informer tells besides what it holds: everything that goes wrong, in order, once. */
import type { Logger } from '../../ports/logger.js';
import type { IndexError } from '../errors.js';
import type { ReflectorProblem } from '../reflector/problems.js';
import { Teller } from '../teller.js';
import type { OverflowError } from './errors.js';
import type { ResourceEventHandler } from './handler.js';

/** Something that went wrong. The informer goes on. */
export type InformerProblem =
  | ReflectorProblem
  /** An object was not let in: its transform failed, or it turned the object into something that the store cannot hold. What was there under its key stays. */
  | { readonly kind: 'transform'; readonly error: Error; readonly key: string }
  /** An index function failed for an object: it is in every other index, and in this one when it has changed. */
  | { readonly kind: 'index'; readonly error: IndexError; readonly key: string }
  /** A callback threw or rejected. What it was told counts as told. `key` is absent where the callback is about no object. */
  | {
      readonly kind: 'handler';
      readonly error: Error;
      readonly handler: string;
      readonly callback: keyof ResourceEventHandler<unknown>;
      readonly key: string | undefined;
    }
  /** A handler could not keep up. */
  | { readonly kind: 'overflow'; readonly error: OverflowError; readonly handler: string };

/** Tells problems to the log, and to whoever wants to know. */
export class InformerProblems {
  private readonly teller: Teller<InformerProblem>;

  constructor(onError: ((problem: InformerProblem) => void) | undefined, logger: Logger) {
    this.teller = new Teller(onError, logger);
  }

  /** What the reflector has found: it has logged it, and is not inside anything. */
  readonly pass = (problem: ReflectorProblem): void => this.teller.tell(problem);

  /** To be told soon. */
  readonly report = (problem: Exclude<InformerProblem, ReflectorProblem>): void => {
    // Failures of indices are logged by the indexer.
    if (problem.kind !== 'index') this.teller.log(problem.kind === 'handler' ? 'error' : 'warn', textOf(problem), { problem });
    this.teller.tellSoon(problem);
  };

  /** Tells what is left. What comes later is logged, and no more. */
  close(): void {
    this.teller.close();
  }
}

function textOf(problem: Exclude<InformerProblem, ReflectorProblem>): string {
  switch (problem.kind) {
    case 'transform':
      return `${problem.key} is not let in: ${problem.error.message}`;
    case 'handler':
      return `The callback ${problem.callback} of the handler ${problem.handler} failed: ${problem.error.message}`;
    case 'index':
    case 'overflow':
      return problem.error.message;
  }
}
