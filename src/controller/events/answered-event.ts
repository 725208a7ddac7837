/** What events share whose answer can be waited for. */
import { WouldDeadlockError } from '../errors.js';
import type { Event, EventMethod } from './event.js';
import { wouldDeadlock } from './loop-scope.js';

/** How to wait for an answer. */
export interface WaitOptions {
  /** Ends the waiting, not the event: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

interface Answer {
  readonly error: Error | undefined;
}

/** An event that keeps its answer. */
export abstract class AnsweredEvent implements Event {
  abstract readonly name: string;
  abstract readonly method: EventMethod;
  readonly isBlocking: boolean;
  private answer: Answer | undefined;
  private readonly waiting = new Set<() => void>();

  constructor(isBlocking: boolean) {
    this.isBlocking = isBlocking;
  }

  abstract toString(): string;

  /** Called by the controller. The first answer counts. */
  done(error: Error | undefined): void {
    if (this.answer !== undefined) return;
    this.answer = { error };
    for (const resume of this.waiting) resume();
    this.waiting.clear();
  }

  /**
   * The controller's answer, every time it is asked for: resolves when all has gone well.
   *
   * @throws what went wrong with the event; the signal's reason when `signal` aborts before; WouldDeadlockError when whoever waits is
   * being called by the loop that the event waits in.
   */
  async wait({ signal }: WaitOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.answer === undefined) {
      if (wouldDeadlock(this)) throw deadlock(this);
      await this.answered(signal);
    }
    signal?.throwIfAborted();
    if (this.answer?.error !== undefined) throw this.answer.error;
  }

  private answered(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const resume = (): void => {
        this.waiting.delete(resume);
        signal?.removeEventListener('abort', resume);
        resolve();
      };
      this.waiting.add(resume);
      signal?.addEventListener('abort', resume, { once: true });
    });
  }
}

function deadlock({ name }: Event): WouldDeadlockError {
  return new WouldDeadlockError(
    `A handler waits for the event "${name}", which waits for the handler to end. Do not wait inside a handler: push the event as a ` +
      'follow-up without blocking, and react to it when it is processed.',
  );
}
