/** Tells listeners what has happened: each of them everything, in order, and never one thing while they are told another. */
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
    for (let next = this.pending.shift(); next !== undefined; next = this.pending.shift()) {
      for (const subscription of next.to) if (subscription.isActive) this.tell(subscription, next.event);
    }
    this.isTelling = false;
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
    const error = thrown instanceof Error ? thrown : new Error(`Something that is no Error was thrown: ${String(thrown)}`);
    this.logger.error(`A ${this.what} failed: ${error.message}`, { error });
  }
}
