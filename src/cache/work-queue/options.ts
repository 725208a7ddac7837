/** What a work queue is made with, and what it tells of itself. */
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { KeyFunc } from '../keys.js';
import type { ItemLimiter } from './item-limiter.js';

/** What a work queue is made with. */
export interface WorkQueueOptions<T> {
  /**
   * Tells items from each other: two with one key are one. Default: a string is its own key, a number its decimal text; for anything
   * else, or for both in one queue, it must be given.
   */
  readonly keyOf?: KeyFunc<T> | undefined;
  /** How long items wait that are added with `addRateLimited`. Default: {@link defaultItemLimiter}. */
  readonly rateLimiter?: ItemLimiter | undefined;
  /** What the queue is called, in reports, errors and the log. Default: `work queue`. */
  readonly name?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

/** How somebody waits for a work queue. */
export interface WaitOptions {
  /** Ends the waiting: the promise rejects with the signal's reason, and nothing else changes. */
  readonly signal?: AbortSignal | undefined;
}

/** A work queue at one moment. */
export interface WorkQueueReport {
  readonly name: string;
  /** So many items can be taken. */
  readonly length: number;
  /** So many items are being processed. */
  readonly processing: number;
  /** So many items wait for their time. */
  readonly waiting: number;
  /** So many items were added with `addRateLimited`, since the beginning. */
  readonly retries: number;
  /** For how long the longest processing has been under way, in milliseconds; 0 when there is none. */
  readonly longestRunning: number;
  /** For how long the first item has been in the queue, in milliseconds; 0 when there is none. */
  readonly oldestQueued: number;
  readonly isShuttingDown: boolean;
}
