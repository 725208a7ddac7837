/** Tells listeners what has happened: each of them everything, in order, and never one thing while they are told another. */
import { ValidationError } from '../model/errors.js';
import { failureOf } from '../policy/failure.js';
import type { Logger } from '../ports/logger.js';

interface Subscription<E> {
  readonly listener: (event: E) => unknown;
  isActive: boolean;
}

export class Announcer<E> {
  private readonly what: string;
  private readonly logger: Logger;
  /** Replaced when it changes: what is waiting to be told keeps those who listened when it happened. */
  private subscriptions: readonly Subscription<E>[] = [];
  private readonly pending: { readonly event: E; readonly to: readonly Subscription<E>[] }[] = [];
  private isTelling = false;

  /** @param what those who listen are called, for the log. */
  constructor(what: string, logger: Logger) {
    this.what = what;
    this.logger = logger;
  }

  get isHeard(): boolean {
    return this.subscriptions.length > 0;
  }

  subscribe(listener: (event: E) => unknown, signal?: AbortSignal): () => void {
    checkListener(listener);
    const subscription: Subscription<E> = { listener, isActive: signal?.aborted !== true };
    const end = (): void => {
      subscription.isActive = false;
      this.subscriptions = this.subscriptions.filter((other) => other !== subscription);
      signal?.removeEventListener('abort', end);
    };
    if (!subscription.isActive) return end;
    this.subscriptions = [...this.subscriptions, subscription];
    signal?.addEventListener('abort', end, { once: true });
    return end;
  }

  announce(event: E): void {
    if (!this.isHeard) return;
    this.pending.push({ event, to: this.subscriptions });
    if (this.isTelling) return; // a listener has caused it: whoever tells will go on with it
    this.isTelling = true;
    try {
      for (let next = this.pending.shift(); next !== undefined; next = this.pending.shift()) {
        for (const subscription of next.to) if (subscription.isActive) this.tell(subscription, next.event);
      }
    } finally {
      this.isTelling = false;
    }
  }

  private tell({ listener }: Subscription<E>, event: E): void {
    try {
      const returned = listener(event);
      if (returned instanceof Promise) returned.catch((error: unknown) => this.report(error));
    } catch (error) {
      this.report(error);
    }
  }

  private report(thrown: unknown): void {
    const { error } = failureOf(thrown);
    try {
      this.logger.error(`A ${this.what} failed: ${error.message}`, { error });
    } catch {
      // A logger that fails has nobody to tell; those who listen are told all the same.
    }
  }
}

/** @throws ValidationError when it is no function. */
export function checkListener(listener: unknown): void {
  if (typeof listener === 'function') return;
  throw new ValidationError(`A listener is ${typeof listener}; it must be a function.`, { field: 'listener' });
}
