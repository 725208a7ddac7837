/** What an informer tells besides what it holds: everything that goes wrong, in order, once. */
import type { Logger } from '../../ports/logger.js';
import type { IndexError } from '../errors.js';
import { errorOf, type ReflectorProblem } from '../reflector/problems.js';
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

/** Tells problems outside of whatever is going on when they arise. */
export class InformerProblems {
  private readonly onError: ((problem: InformerProblem) => void) | undefined;
  private readonly logger: Logger;
  private readonly untold: InformerProblem[] = [];
  private isClosed = false;

  constructor(onError: ((problem: InformerProblem) => void) | undefined, logger: Logger) {
    this.onError = onError;
    this.logger = logger;
  }

  /** What the reflector has found: it has logged it, and is not inside anything. */
  readonly pass = (problem: ReflectorProblem): void => this.tell(problem);

  /** To be told soon. */
  readonly report = (problem: Exclude<InformerProblem, ReflectorProblem>): void => {
    if (problem.kind !== 'index') this.logger[problem.kind === 'handler' ? 'error' : 'warn'](textOf(problem), { problem }); // that the indexer has logged
    this.untold.push(problem);
    if (this.untold.length === 1) void Promise.resolve().then(() => this.tellAll());
  };

  /** Tells what is left. What comes later is logged, and no more. */
  close(): void {
    this.tellAll();
    this.isClosed = true;
  }

  private tellAll(): void {
    for (const problem of this.untold.splice(0)) this.tell(problem);
  }

  private tell(problem: InformerProblem): void {
    if (this.isClosed) return;
    try {
      const returned: unknown = this.onError?.(problem);
      if (returned instanceof Promise) returned.catch((error: unknown) => this.failed(error));
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(thrown: unknown): void {
    const error = errorOf(thrown);
    this.logger.error(`onError failed: ${error.message}`, { error });
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
