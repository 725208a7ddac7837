/** What can go wrong with a memory plane, when it is told to. */
import { DatastoreUnavailableError, OperationNotSupportedError } from '../../model/errors.js';
import { illegal, mustBeWhole } from './refusals.js';

/** What a plane can be made to fail with. `*` stands for all of them. */
export type PlaneOperation = 'create' | 'update' | 'delete' | 'retrieve' | 'validate';

/** How operations of a plane go wrong. */
export interface PlaneFault {
  /** The key; of `retrieve`, the name of the descriptor. Default: any. */
  readonly key?: string | undefined;
  /** Default: any. */
  readonly operation?: PlaneOperation | undefined;
  /** So many times; Infinity: until it is ended. Default: 1. */
  readonly times?: number | undefined;
  /**
   * What happens then. `fail`: it fails, and may be tried again. `refuse`: it fails for good. `loseAnswer`: it is done, and fails all the
   * same. `hang`: it never ends. Default: `fail`.
   */
  readonly mode?: 'fail' | 'refuse' | 'loseAnswer' | 'hang' | undefined;
  /** What it fails with. Default: an error that says that it was told to. */
  readonly error?: Error | undefined;
}

interface Injected extends PlaneFault {
  left: number;
}

const modes: ReadonlySet<unknown> = new Set(['fail', 'refuse', 'loseAnswer', 'hang', undefined]);

export class PlaneFaults {
  private injected: readonly Injected[] = [];
  /** How many have happened. */
  happened = 0;

  /** @returns a function that ends it. @throws ValidationError when it is none. */
  add(fault: PlaneFault): () => void {
    const { times = 1, mode } = fault;
    if (times !== Infinity) mustBeWhole('times', times, 1);
    if (!modes.has(mode)) throw illegal('mode', mode, 'fail, refuse, loseAnswer or hang');
    const injected: Injected = { ...fault, left: times };
    this.injected = [...this.injected, injected];
    return () => void (this.injected = this.injected.filter((other) => other !== injected));
  }

  clear(): void {
    this.injected = [];
  }

  /** Does `work`, or what the first fault says that fits. */
  apply<T>(key: string, operation: PlaneOperation, work: () => T): T | Promise<T> {
    const fault = this.injected.find((one) => one.left > 0 && fits(one.key, key) && fits(one.operation, operation));
    if (fault === undefined) return work();
    fault.left -= 1;
    this.happened += 1;
    if (fault.left === 0) this.injected = this.injected.filter((other) => other !== fault);
    const { mode = 'fail' } = fault;
    if (mode === 'hang') return new Promise<T>(() => {});
    if (mode === 'loseAnswer') work();
    throw fault.error ?? errorOf(key, operation, mode);
  }
}

function fits(wanted: string | undefined, given: string): boolean {
  return wanted === undefined || wanted === given;
}

function errorOf(key: string, operation: PlaneOperation, mode: PlaneFault['mode']): Error {
  return mode === 'refuse'
    ? new OperationNotSupportedError(`The plane was told to refuse the ${operation} of ${JSON.stringify(key)}.`, { key })
    : new DatastoreUnavailableError(`The plane was told to fail the ${operation} of ${JSON.stringify(key)}.`, { key });
}
