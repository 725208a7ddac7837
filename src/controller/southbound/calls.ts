/** Calling descriptors: whatever they do, the caller gets an answer, and in time. */
import { ClosedError } from '../../model/errors.js';
import { failureOf } from '../../policy/failure.js';
import type { Clock } from '../../ports/clock.js';
import { TimedOutError } from '../errors.js';
import type { OperationContext } from './descriptor.js';

/** What has become of a call. */
export type Answer<T> = { readonly value: T; readonly error?: undefined } | { readonly value?: undefined; readonly error: Error };

export class Calls {
  private readonly clock: Clock;
  private readonly timeout: number;
  private isCutOff = false;
  /** Ends the call that is under way. */
  private cut: ((error: Error) => void) | undefined;

  /** @param timeout how long a call may take, in milliseconds. */
  constructor(clock: Clock, timeout: number) {
    this.clock = clock;
    this.timeout = timeout;
  }

  /** @param what for people: what is called, and for which key. One call at a time. */
  async make<T>(what: string, call: (context: OperationContext) => T | Promise<T>): Promise<Answer<T>> {
    if (this.isCutOff) return { error: this.closed(what) };
    const abort = new AbortController();
    try {
      const returned = call({ signal: abort.signal });
      return { value: returned instanceof Promise || isThenable(returned) ? await this.inTime(what, returned, abort) : returned };
    } catch (thrown) {
      return { error: failureOf(thrown).error };
    }
  }

  /** The call under way fails, and so does every later one. */
  cutOff(): void {
    this.isCutOff = true;
    this.cut?.(this.closed('An operation'));
  }

  private inTime<T>(what: string, returned: PromiseLike<T>, abort: AbortController): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const end = (): void => {
        this.clock.clearTimeout(timer);
        this.cut = undefined;
      };
      const fail = (error: Error): void => {
        end();
        reject(error);
        abort.abort(error);
      };
      const late = `${what} has not ended in ${this.timeout} ms; what it does later is not noticed before the next resync.`;
      const timer = this.clock.setTimeout(() => fail(new TimedOutError(late)), this.timeout);
      this.cut = fail;
      // After it was cut it may still settle, which changes nothing: neither the promise nor what is under way then.
      returned.then(
        (value) => abort.signal.aborted || (end(), resolve(value)),
        (error: unknown) => abort.signal.aborted || (end(), reject(error instanceof Error ? error : failureOf(error).error)),
      );
    });
  }

  private closed(what: string): ClosedError {
    return new ClosedError(`${what} was not waited for: the scheduler is closed.`);
  }
}

function isThenable(value: unknown): value is PromiseLike<never> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
