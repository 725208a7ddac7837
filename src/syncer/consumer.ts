/**
 * The consumer with callbacks: tells it what its queue holds, one thing after the other, and never from inside anybody's transition.
 *
 * What it throws costs nobody else; while it is busy, its queue folds together what happens.
 */
import type { SyncerCallbacks } from '../model/syncer.js';
import type { SyncStatus } from '../model/status.js';
import type { Logger } from '../ports/logger.js';
import { ChangeQueue, type Delivery } from './change-queue.js';

type NoticeName = 'parseFailed' | 'parseMended' | 'syncFailed' | 'syncRecovered' | 'onProblem';

/** A callback besides the two main ones, and what it is to be called with. */
export type Notice = {
  [K in NoticeName]: { readonly callback: K; readonly argument: Parameters<NonNullable<SyncerCallbacks[K]>>[0] };
}[NoticeName];

export interface ConsumerOptions<V> {
  readonly callbacks: SyncerCallbacks<V>;
  /** Updates in one call at most. */
  readonly maxBatchSize: number;
  readonly logger: Logger;
  /** A status has been delivered. */
  readonly onStatusDelivered: (status: SyncStatus) => void;
}

export class CallbackConsumer<V> {
  readonly queue: ChangeQueue<V, Notice> = new ChangeQueue();
  private readonly options: ConsumerOptions<V>;
  private state: 'idle' | 'delivering' | 'closed' = 'idle';
  /** Whether the consumer's own code is running right now, and not waiting for something. */
  private isCalling = false;
  private whenIdle: (() => void)[] = [];

  constructor(options: ConsumerOptions<V>) {
    this.options = options;
  }

  /** Whether whoever asks is called by this consumer. */
  get isOnStack(): boolean {
    return this.isCalling;
  }

  /** There may be something to deliver. */
  wake(): void {
    if (this.state !== 'idle' || this.queue.isEmpty) return;
    this.state = 'delivering';
    void this.deliverAll();
  }

  /** Resolves when everything is delivered and the last callback has returned. */
  idle(): Promise<void> {
    if (this.state !== 'delivering') return Promise.resolve();
    return new Promise((resolve) => this.whenIdle.push(resolve));
  }

  /** Nothing will be delivered any more. */
  close(): void {
    this.state = 'closed';
    this.queue.clear();
    this.release();
  }

  private async deliverAll(): Promise<void> {
    await Promise.resolve(); // leaves the transition that we were woken in
    for (;;) {
      const delivery = this.state === 'delivering' ? this.queue.take(this.options.maxBatchSize) : undefined;
      if (delivery === undefined) break;
      await this.deliver(delivery);
    }
    if (this.state === 'delivering') this.state = 'idle';
    this.release();
  }

  private async deliver(delivery: Delivery<V, Notice>): Promise<void> {
    switch (delivery.kind) {
      case 'updates':
        return this.call('onUpdates', delivery.updates);
      case 'status':
        await this.call('onStatusUpdated', delivery.status);
        return this.options.onStatusDelivered(delivery.status);
      case 'notice':
        return this.call(delivery.notice.callback, delivery.notice.argument);
    }
  }

  private async call(name: keyof SyncerCallbacks<V>, argument: unknown): Promise<void> {
    const callbacks: { readonly [K in keyof SyncerCallbacks<V>]?: (argument: never) => unknown } = this.options.callbacks;
    try {
      this.isCalling = true;
      let returned: unknown;
      try {
        returned = callbacks[name]?.(argument as never); // each name is called with its own argument: see deliver and Notice
      } finally {
        this.isCalling = false;
      }
      await returned;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(`A callback threw something that is no Error: ${String(thrown)}`);
      this.options.logger.error(`The callback ${name} failed: ${error.message}`, { error });
      // Whoever returns after the end is heard of in the log alone: nobody is called any more.
      if (name === 'onProblem' || this.state === 'closed') return;
      await this.call('onProblem', { kind: 'consumerFailed', callback: name, error });
    }
  }

  private release(): void {
    for (const resolve of this.whenIdle.splice(0)) resolve();
  }
}
