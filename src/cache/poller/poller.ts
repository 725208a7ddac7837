/** Keeps a store equal to something that can be read but not watched (client-go, cache.Poller). */
import { ClosedError, ValidationError } from '../../model/errors.js';
import { systemClock, type Clock } from '../../ports/clock.js';
import { silentLogger, type Logger } from '../../ports/logger.js';
import type { Store } from '../store.js';
import type { GetFunc } from './enumerator.js';
import { PollingRun, type PollErrorHandler, type PollingRunOptions } from './polling-run.js';

/** How a {@link Poller} is set up. Times are in milliseconds. */
export interface PollerOptions<T> {
  readonly getFunc: GetFunc<T>;
  /** From the end of a fetch to the beginning of the next. A getFunc that throws DatastoreThrottledError can ask for more. */
  readonly period: number;
  /** Best treated as read-only by everybody else: what others put in stays until an enumeration differs from the one before. */
  readonly store: Pick<Store<T>, 'replace'>;
  /** A fetch that has not answered by then has failed. Infinity: never. Default: 60,000. */
  readonly requestTimeout?: number | undefined;
  /** How long the end waits for a getFunc that does not listen to its signal. Default: 5,000. */
  readonly stopLimit?: number | undefined;
  /** What getFunc hands out is frozen plain data already: it is not looked at again. */
  readonly immutableValues?: boolean | undefined;
  /** Is told whenever a poll fails. One that throws is reported to the logger. */
  readonly onError?: PollErrorHandler | undefined;
  /** Default: the time of the process. */
  readonly clock?: Clock | undefined;
  /** Where failures are reported. Default: nowhere. */
  readonly logger?: Logger | undefined;
}

/** What a poller does when it is not told otherwise, in milliseconds: as a syncer. */
export const pollerDefaults: { readonly requestTimeout: number; readonly stopLimit: number } = Object.freeze({
  requestTimeout: 60_000,
  stopLimit: 5_000,
});

/**
 * Fetches everything from time to time, and makes it all that a store holds; for what cannot be watched. Where a watch is to be had, a
 * Reflector tells every change, and sooner.
 *
 * A fetch that fails leaves the store as it is; an empty enumeration empties it. An enumeration of the same objects as the one before,
 * in whatever order, is not handed on, so that queues and listeners hear of changes only. Each object must have a key of its own: which
 * one of several comes last is no change. Objects must be plain data; they are frozen.
 *
 * @example
 * ```ts
 * import { createStore, enumeratorOf, metaNamespaceKeyFunc, Poller } from 'heliostat/cache';
 * const nodes = createStore<{ metadata: { name: string } }>(metaNamespaceKeyFunc);
 * const poller = new Poller({
 *   getFunc: async () => enumeratorOf([{ metadata: { name: 'node-1' } }]),
 *   period: 10_000,
 *   store: nodes,
 *   onError: (error) => console.error(error.message),
 * });
 * const stop = new AbortController();
 * const running = poller.run({ signal: stop.signal });
 * stop.abort();
 * await running;
 * ```
 */
export class Poller<T> implements AsyncDisposable {
  private readonly options: PollingRunOptions<T>;
  private current: PollingRun<T> | undefined;
  private isDisposed = false;

  /** @throws ValidationError when an option is missing or cannot be. */
  constructor(options: PollerOptions<T>) {
    const { getFunc, period, store, clock = systemClock, logger = silentLogger } = options;
    const { requestTimeout = pollerDefaults.requestTimeout, stopLimit = pollerDefaults.stopLimit } = options;
    if (typeof getFunc !== 'function') throw illegal('getFunc', typeof getFunc, 'a function that fetches everything');
    if (typeof store?.replace !== 'function') throw illegal('store', typeof store, 'a Store such as createStore() makes');
    for (const [field, time] of Object.entries({ period, requestTimeout })) {
      if (!(isTime(time) && time > 0)) throw illegal(field, String(time), 'a number of milliseconds above 0');
    }
    if (!isTime(stopLimit)) throw illegal('stopLimit', String(stopLimit), 'a number of milliseconds of at least 0');
    this.options = { ...options, clock, logger, requestTimeout, stopLimit };
  }

  /**
   * Polls, at once and then every period, until `signal` aborts. It can be run again afterwards; each run begins by handing on what there
   * is.
   *
   * Resolves when it has ended: nothing is fetched or written any more. It waits for a getFunc that is under way, which is told by its
   * own signal, and for `stopLimit` at most; what that one answers is forgotten. Rejects with ValidationError when it is running
   * already, and with ClosedError when the poller was disposed of.
   */
  async run({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (this.isDisposed) throw new ClosedError('This poller was disposed of: make another one.');
    if (this.current !== undefined) {
      throw new ValidationError('This poller is running already: wait for that run to end, or make another one.', { field: 'run' });
    }
    const run = new PollingRun(this.options);
    this.current = run;
    try {
      await run.untilStopped(signal);
    } finally {
      this.current = undefined;
    }
  }

  /** Ends what is running, for good, and resolves as {@link Poller.run} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.isDisposed = true;
    await this.current?.stop();
  }
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function illegal(field: string, given: string, expected: string): ValidationError {
  return new ValidationError(`Illegal option ${field}: it is ${given}; give ${expected}.`, { field });
}
