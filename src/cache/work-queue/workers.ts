/** Workers: take items from a work queue, have them reconciled, and see to it that what fails is tried again. */
import { pause, type Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { illegal, mustBeFunction } from './illegal.js';
import type { Reconcile, ReconcileFailure, RunOptions } from './reconcile.js';

/** What workers need of a queue. */
interface Workplace<T> {
  readonly name: string;
  readonly length: number;
  get(options: { readonly signal: AbortSignal }): Promise<T>;
  add(item: T): boolean;
  addAfter(item: T, delayMs: number): boolean;
  addRateLimited(item: T): boolean;
  done(item: T): boolean;
  putBack(item: T): boolean;
  forget(item: T): void;
  numRequeues(item: T): number;
}

/** Workers work for so many milliseconds at most without letting anything else of the process run. */
const longestSpell = 10;

/** An item that asks to be added again at once still lets everything else have its turn. Milliseconds. */
const shortestRequeue = 1;

/** When the rate limiter itself fails, an item waits for so many milliseconds: it must neither be lost nor spin. */
const waitWithoutLimiter = 1_000;

/** Several workers at one queue. */
export class Workers<T> {
  private readonly queue: Workplace<T>;
  private readonly reconcile: Reconcile<T>;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly count: number;
  private readonly signal: AbortSignal;
  private readonly onError: RunOptions<T>['onError'];
  private lastBreath: number;
  private breath: Promise<void> | undefined;

  /** @throws ValidationError when `reconcile` or `onError` is no function, or `workers` is not a whole number of at least 1. */
  constructor(queue: Workplace<T>, reconcile: Reconcile<T>, options: RunOptions<T>, clock: Clock, logger: Logger) {
    const { workers = 1, signal = new AbortController().signal, onError } = options;
    mustBeFunction('reconcile', reconcile, 'reconciles an item');
    if (!(Number.isSafeInteger(workers) && workers >= 1)) throw illegal('workers', workers, 'a whole number of at least 1');
    if (onError !== undefined) mustBeFunction('onError', onError, 'is told of failures');
    this.queue = queue;
    this.reconcile = reconcile;
    this.clock = clock;
    this.logger = logger;
    this.count = workers;
    this.signal = signal;
    this.onError = onError;
    this.lastBreath = clock.now();
  }

  /** Resolves when all workers have ended; never rejects. */
  async work(): Promise<void> {
    await Promise.all(Array.from({ length: this.count }, () => this.workAlone()));
  }

  private async workAlone(): Promise<void> {
    while (!this.signal.aborted) {
      let item: T;
      try {
        item = await this.queue.get({ signal: this.signal });
      } catch {
        return; // the end: the signal has aborted, or the queue is shut down and empty
      }
      // Between the moment in which an item is handed out and this one, others have had their turn.
      if (this.signal.aborted) return this.leave(item, () => this.queue.putBack(item));
      await this.process(item);
      await this.breathe();
    }
  }

  private async process(item: T): Promise<void> {
    let failure: ReconcileFailure<T> | undefined;
    try {
      const action = await this.reconcile(item, { signal: this.signal });
      if (action?.requeueAfter !== undefined) this.addAgain(item, action.requeueAfter);
      this.queue.forget(item);
    } catch (error) {
      failure = this.takeIn(item, error);
    }
    this.leave(item, () => this.queue.done(item));
    if (failure !== undefined) this.report(failure);
  }

  private addAgain(item: T, requeueAfter: number): void {
    if (this.queue.addAfter(item, Math.max(shortestRequeue, requeueAfter))) return;
    this.logger.info(`${this.queue.name}: an item is not added again: the queue has been shut down.`, { item });
  }

  /** What follows from a failure. Undefined when it is none: what gives up because it was told to goes back to where it was. */
  private takeIn(item: T, error: unknown): ReconcileFailure<T> | undefined {
    try {
      if (isAbortOf(this.signal, error) && this.queue.add(item)) return undefined;
      const isRetried = this.queue.addRateLimited(item);
      return { item, error, requeues: this.queue.numRequeues(item), isRetried };
    } catch (thrown) {
      this.logger.error(`${this.queue.name}: the rate limiter failed: ${reasonOf(thrown)}`, { error: thrown, item });
      return { item, error, requeues: 0, isRetried: this.addWithoutLimiter(item) };
    }
  }

  private addWithoutLimiter(item: T): boolean {
    try {
      return this.queue.addAfter(item, waitWithoutLimiter);
    } catch {
      return false; // it has no key any more
    }
  }

  /** Lets go of an item. `step` says whether the queue knows it. */
  private leave(item: T, step: () => boolean): void {
    try {
      if (step()) return;
    } catch {
      // it has no key any more
    }
    this.logger.error(`${this.queue.name}: an item has another key than when it was taken; it stays under way for good.`, { item });
  }

  private report(failure: ReconcileFailure<T>): void {
    const { item, error, requeues, isRetried } = failure;
    const end = isRetried ? 'It is tried again.' : 'It is not tried again.';
    this.logger.error(`${this.queue.name}: an item could not be reconciled: ${reasonOf(error)}. ${end}`, { error, item, requeues });
    const complain = (thrown: unknown): void =>
      this.logger.error(`${this.queue.name}: onError failed: ${reasonOf(thrown)}`, { error: thrown, item });
    try {
      Promise.resolve(this.onError?.(failure)).catch(complain);
    } catch (thrown) {
      complain(thrown);
    }
  }

  /** Promises alone never let timers, input and output have their turn: many quick items in a row would keep the process from all else. */
  private async breathe(): Promise<void> {
    const isBusy = this.queue.length > 0 && this.clock.now() - this.lastBreath >= longestSpell;
    if (!isBusy) return; // whoever has to wait for an item lets everything else have its turn anyway
    this.breath ??= pause(this.clock, 0, this.signal).then(() => {
      this.lastBreath = this.clock.now();
      this.breath = undefined;
    });
    await this.breath;
  }
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return `something that is no Error was thrown: ${typeof thrown === 'string' ? thrown : typeof thrown}`;
}

/** Whether this is what somebody rejects with who gives up because `signal` has aborted: its reason, as it is or as Node wraps it. */
function isAbortOf(signal: AbortSignal, error: unknown): boolean {
  return signal.aborted && (error === signal.reason || (error instanceof Error && error.cause === signal.reason));
}
