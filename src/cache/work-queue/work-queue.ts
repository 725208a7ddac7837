/// <reference lib="esnext.disposable" preserve="true" />
/** The work queue: which items a controller has to process (client-go, util/workqueue). */
import { ClosedError, ValidationError } from '../../model/errors.js';
import { systemClock, type Clock } from '../../ports/clock.js';
import { silentLogger, type Logger } from '../../ports/logger.js';
import { keyOf, type KeyFunc } from '../keys.js';
import { Alarm } from './alarm.js';
import { mustBeFunction } from './illegal.js';
import { defaultItemLimiter, mustBeLimiter, type ItemLimiter } from './item-limiter.js';
import type { WaitOptions, WorkQueueOptions, WorkQueueReport } from './options.js';
import { ownKeys } from './own-keys.js';
import type { Reconcile, RunOptions } from './reconcile.js';
import { Waiters } from './waiters.js';
import { Workers } from './workers.js';
import * as work from './work-state.js';

/**
 * Holds the items that have to be processed, and gives them to workers.
 *
 * - An item is processed by one worker at a time. Added meanwhile, it is given out again when that one is done.
 * - An item that is added several times before it is taken is given out once, at the place of the first time. Of items with one key
 *   the last one is given out.
 * - An add that returned true is followed by somebody taking the item, provided that somebody goes on taking.
 * - Items come in the order in which they were added, and those who wait for them are served in the order in which they came.
 *
 * Items are usually keys of objects, since what has to be done is to be decided by how things are when the item is processed. They are
 * handed out as they came in, and not frozen.
 *
 * All methods that take an item throw KeyError when it has no key.
 *
 * @example
 * ```ts
 * import { WorkQueue } from 'heliostat/cache';
 * const queue = new WorkQueue({ name: 'services' });
 * const working = queue.run((key) => console.log(`reconciling ${key}`), { workers: 2 });
 * queue.add('default/web');
 * queue.add('default/web'); // is there already
 * await queue.shutDownWithDrain(); // prints: reconciling default/web
 * await working;
 * ```
 */
export class WorkQueue<T = string> implements AsyncDisposable {
  readonly name: string;
  private readonly keyFunc: KeyFunc<T>;
  private readonly limiter: ItemLimiter;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly alarm: Alarm;
  private readonly takers = new Waiters<T>();
  private readonly drainers = new Waiters<void>();
  private state: work.WorkState<T> = work.emptyWork();

  /** @throws ValidationError when an option is given that is none: `keyOf` no function, or `rateLimiter` no limiter. */
  constructor(options: WorkQueueOptions<T> = {}) {
    const { clock = systemClock, logger = silentLogger, name = 'work queue', keyOf: keyFunc = ownKeys() } = options;
    const { rateLimiter = defaultItemLimiter({ clock }) } = options;
    mustBeFunction('keyOf', keyFunc, 'makes the key of an item');
    mustBeLimiter('rateLimiter', rateLimiter);
    this.name = name;
    this.keyFunc = keyFunc;
    this.limiter = rateLimiter;
    this.clock = clock;
    this.logger = logger;
    this.alarm = new Alarm(clock, () => this.become(work.ripen(this.state, clock.now())));
  }

  /** How many items can be taken. */
  get length(): number {
    return this.state.queue.size;
  }

  /** Whether it takes in nothing more. */
  get isShuttingDown(): boolean {
    return this.state.isShutDown;
  }

  /** How it is doing, for metrics and for people. */
  report(): WorkQueueReport {
    return { name: this.name, ...work.reportOf(this.state, this.clock.now()) };
  }

  /**
   * The item has to be processed.
   *
   * @returns false when it is not taken in, because the queue has been shut down.
   */
  add(item: T): boolean {
    const key = this.keyOf(item);
    if (this.state.isShutDown) return false;
    this.become(work.addItem(this.state, key, item, this.clock.now()));
    return true;
  }

  /**
   * The item has to be processed when `delayMs` milliseconds have passed: at once when they are 0 or less, never when they are
   * infinite. An item that is waiting already gets the earlier of both times.
   *
   * @returns false when it is not taken in, because the queue has been shut down.
   * @throws ValidationError when `delayMs` is not a number.
   */
  addAfter(item: T, delayMs: number): boolean {
    if (typeof delayMs !== 'number' || Number.isNaN(delayMs)) {
      throw new ValidationError(`${this.name}: delayMs is ${String(delayMs)}; it must be a number of milliseconds.`, {
        field: 'delayMs',
      });
    }
    if (delayMs <= 0) return this.add(item);
    const key = this.keyOf(item);
    if (this.state.isShutDown) return false;
    this.become(work.delayItem(this.state, key, item, this.clock.now() + delayMs));
    return true;
  }

  /**
   * The item has failed, and has to be processed again when the rate limiter allows it.
   *
   * @returns false when it is not taken in, because the queue has been shut down.
   */
  addRateLimited(item: T): boolean {
    const key = this.keyOf(item);
    if (this.state.isShutDown) return false;
    const isAdded = this.addAfter(item, this.limiter.delayFor(key));
    if (isAdded) this.state = work.countRetry(this.state);
    return isAdded;
  }

  /** The item has succeeded, or is given up: the rate limiter forgets its failures. It stays in the queue if it is there. */
  forget(item: T): void {
    this.limiter.forget(this.keyOf(item));
  }

  /** How many failures of the item the rate limiter counts. */
  numRequeues(item: T): number {
    return this.limiter.requeues(this.keyOf(item));
  }

  /**
   * Takes the first item, as soon as there is one. Whoever takes an item calls `done` with it, whatever has come of it.
   *
   * @throws ClosedError when the queue has been shut down, and nothing will come any more; the reason of `signal` when that aborts first.
   */
  async get(options: WaitOptions = {}): Promise<T> {
    options.signal?.throwIfAborted();
    const taken = this.takeUnawaited();
    if (taken !== undefined) return taken.item;
    if (work.isExhausted(this.state)) throw this.closed();
    return this.takers.join(options.signal);
  }

  /** Takes the first item; undefined when there is none, or others wait for it. */
  tryGet(): T | undefined {
    return this.takeUnawaited()?.item;
  }

  /**
   * The processing of the item has ended. When it was added meanwhile, it is in the queue again.
   *
   * @returns whether it was being processed; otherwise nothing has changed.
   */
  done(item: T): boolean {
    const before = this.state;
    this.become(work.finishItem(before, this.keyOf(item), this.clock.now()));
    return this.state !== before;
  }

  /** @internal The item was taken, and is not begun: it is where it was. Returns what `done` does. */
  putBack(item: T): boolean {
    const before = this.state;
    this.become(work.returnItem(before, this.keyOf(item), item));
    return this.state !== before;
  }

  /**
   * Takes nothing in any more. What is in the queue, and what gets there because it was added while it was being processed, can still
   * be taken; what waits for its time is given up. Shutting down again changes nothing.
   */
  shutDown(): void {
    const { deadlines } = this.state;
    this.become(work.shutDownWork(this.state));
    if (deadlines.size === 0) return;
    const items = [...deadlines].map(([, { item }]) => item);
    this.logger.info(`${this.name}: shut down; items that waited for their time are given up: ${items.length}.`, { items });
  }

  /**
   * Shuts down, and resolves when everything has been taken and is done.
   *
   * @throws the reason of `signal` when that aborts first. The queue stays shut down.
   */
  async shutDownWithDrain(options: WaitOptions = {}): Promise<void> {
    this.shutDown();
    if (!work.isDrained(this.state)) await this.drainers.join(options.signal);
  }

  /**
   * Workers take items and have them reconciled, until `signal` aborts, or the queue has been shut down and emptied.
   *
   * An item that succeeds is forgotten by the rate limiter, and added again later if it asks for that. One that fails is added again
   * when the rate limiter allows it. One that never ends keeps one worker, and no other.
   *
   * Failures are told to `onError`, and to the logger of the queue. Without either nobody hears of them: they show in
   * `report().retries` alone.
   *
   * @returns a promise that resolves when all workers have ended and what was under way has too. It never rejects.
   * @throws ValidationError when `reconcile` or `onError` is no function, or `workers` is not a whole number of at least 1.
   */
  run(reconcile: Reconcile<T>, options: RunOptions<T> = {}): Promise<void> {
    return new Workers(this, reconcile, options, this.clock, this.logger).work();
  }

  /** Shuts down. It waits for nobody: use `shutDownWithDrain` for that. */
  [Symbol.asyncDispose](): Promise<void> {
    this.shutDown();
    return Promise.resolve();
  }

  /** Everything changes here: first the state, then whoever waited for it. */
  private become(state: work.WorkState<T>): void {
    this.state = state;
    this.alarm.setTo(work.nextDue(state));
    if (this.takers.size > 0 && state.queue.size > 0) void this.serveSoon();
    if (work.isExhausted(state)) this.takers.refuseAll(() => this.closed());
    if (work.isDrained(state)) this.drainers.serveAll();
  }

  /** The first item, unless somebody waits for one: that one comes first. */
  private takeUnawaited(): { readonly item: T } | undefined {
    const taken = this.takers.size === 0 ? work.takeItem(this.state, this.clock.now()) : undefined;
    if (taken !== undefined) this.become(taken.after);
    return taken;
  }

  /** Not at once: what is added several times in one go is given out once, also to those who were waiting for it. */
  private async serveSoon(): Promise<void> {
    await Promise.resolve();
    const taken = this.takers.size > 0 ? work.takeItem(this.state, this.clock.now()) : undefined;
    if (taken === undefined) return;
    this.takers.serve(taken.item);
    this.become(taken.after);
  }

  private keyOf(item: T): string {
    return keyOf(this.keyFunc, item);
  }

  private closed(): ClosedError {
    return new ClosedError(`${this.name}: it has been shut down and everything was taken; nothing will come any more.`);
  }
}
