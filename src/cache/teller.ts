/** Tells problems to whoever wants to know: in order, outside of whatever is going on when they arise, and harmed by nobody who fails. */
import { failureOf } from '../policy/failure.js';
import type { Logger } from '../ports/logger.js';

export class Teller<P> {
  private readonly onError: ((problem: P) => void) | undefined;
  private readonly logger: Logger;
  private readonly untold: (() => void)[] = [];
  private isClosed = false;

  constructor(onError: ((problem: P) => void) | undefined, logger: Logger) {
    this.onError = onError;
    this.logger = logger;
  }

  /** To be told soon. */
  tellSoon(problem: P): void {
    this.untold.push(() => this.tell(problem));
    // A transition or a commit runs to its end before any promise does, so nobody is called from inside one.
    if (this.untold.length === 1) void Promise.resolve().then(() => this.tellAll());
  }

  /** To be told at once, for those who are not inside anything. */
  tell(problem: P): void {
    if (this.isClosed) return;
    try {
      const returned: unknown = this.onError?.(problem);
      if (returned instanceof Promise) returned.catch((error: unknown) => this.failed(error));
    } catch (error) {
      this.failed(error);
    }
  }

  /** Says something to the log, which may fail: problems are told all the same. */
  log(level: keyof Logger, message: string, fields: Readonly<Record<string, unknown>>): void {
    try {
      this.logger[level](message, fields);
    } catch {
      // A logger that fails has nobody to tell.
    }
  }

  /** Tells what is left, and nothing more. */
  close(): void {
    this.tellAll();
    this.isClosed = true;
  }

  private tellAll(): void {
    for (const tell of this.untold.splice(0)) tell();
  }

  private failed(thrown: unknown): void {
    const { error } = failureOf(thrown);
    this.log('error', `onError failed: ${error.message}`, { error });
  }
}
