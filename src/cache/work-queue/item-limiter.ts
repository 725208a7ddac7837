/** How long an item that failed waits before it is tried again (client-go, workqueue.RateLimiter). */
import { ValidationError } from '../../model/errors.js';
import type { Backoff } from '../../model/timings.js';
import { backoffDelay } from '../../policy/backoff.js';
import { systemClock, type Clock } from '../../ports/clock.js';
import { systemRandom, type Random } from '../../ports/random.js';
import { emptyTree, type ObjectTree } from '../../store/object-tree.js';
import { transact } from '../../store/transact.js';
import { illegal, mustHave } from './illegal.js';

/** Decides how long items wait. Items are known to it by their keys, so several queues can share one only if their keys differ. */
export interface ItemLimiter {
  /** Counts one more failure of the item, and says how long it has to wait, in milliseconds. */
  delayFor(key: string): number;
  /** The item has succeeded, or nobody will try it again: its failures, and what they take of the memory, are forgotten. */
  forget(key: string): void;
  /** How many failures of the item are counted. */
  requeues(key: string): number;
}

/** How the wait of an item grows. Times are in milliseconds. */
export interface ExponentialItemLimiterOptions {
  /** The wait after the first failure. Default: 5. */
  readonly base?: number | undefined;
  /** No wait is longer. Default: 1,000,000. */
  readonly max?: number | undefined;
  /** `full`: the wait is drawn evenly from nothing to what it would be, so that what failed together is not tried together. Default: `none`. */
  readonly jitter?: Backoff['jitter'] | undefined;
  /** What the jitter is drawn with. */
  readonly random?: Random | undefined;
}

/**
 * Each item by itself: every failure doubles its wait, up to a longest one.
 *
 * @throws ValidationError when `base` is no positive number, or `max` is less than it or infinite.
 * @example
 * ```ts
 * import { exponentialItemLimiter } from 'heliostat/cache';
 * const limiter = exponentialItemLimiter({ base: 5, max: 1_000 });
 * console.log([1, 2, 3].map(() => limiter.delayFor('default/web'))); // [ 5, 10, 20 ]
 * limiter.forget('default/web');
 * console.log(limiter.delayFor('default/web')); // 5
 * ```
 */
export function exponentialItemLimiter(options: ExponentialItemLimiterOptions = {}): ItemLimiter {
  const { base = 5, max = 1_000_000, jitter = 'none', random = systemRandom } = options;
  if (!(base > 0 && base < Infinity)) throw illegal('base', base, 'a wait of more than 0 ms');
  if (!(max >= base && max < Infinity)) throw illegal('max', max, `at least \`base\`, which is ${base} ms, and finite`);
  let failures: ObjectTree<number> = emptyTree();
  return {
    delayFor(key) {
      const count = (failures.get(key) ?? 0) + 1;
      failures = transact(failures, (draft) => draft.set(key, count)).after;
      return backoffDelay(count, base, { factor: 2, max, jitter }, random);
    },
    forget(key) {
      failures = transact(failures, (draft) => draft.delete(key)).after;
    },
    requeues: (key) => failures.get(key) ?? 0,
  };
}

/** How many items may be tried again, all together. */
export interface TokenBucketLimiterOptions {
  /** So many a second in the long run. Default: 10. */
  readonly perSecond?: number | undefined;
  /** So many at once, after a time of rest. Default: 100. */
  readonly burst?: number | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * All items together: `burst` at once, `perSecond` in the long run. Each call takes a place in the line, and says when it comes up.
 *
 * @throws ValidationError when `perSecond` is no positive number, or `burst` no whole number of at least 1.
 */
export function tokenBucketLimiter(options: TokenBucketLimiterOptions = {}): ItemLimiter {
  const { perSecond = 10, burst = 100, clock = systemClock } = options;
  if (!(perSecond > 0 && perSecond < Infinity)) throw illegal('perSecond', perSecond, 'more than 0');
  if (!(Number.isSafeInteger(burst) && burst >= 1)) throw illegal('burst', burst, 'a whole number of at least 1');
  const interval = 1_000 / perSecond;
  /** When the bucket will be full again. */
  let fullAt = -Infinity;
  return {
    delayFor() {
      const now = clock.now();
      fullAt = Math.max(fullAt, now) + interval;
      return Math.max(0, fullAt - burst * interval - now);
    },
    forget() {},
    requeues: () => 0,
  };
}

/**
 * Each item waits as long as the slowest of these says.
 *
 * @throws ValidationError when there is none, since what is not limited at all fails as fast as it can, or when one of them is none.
 */
export function slowestOf(...limiters: readonly ItemLimiter[]): ItemLimiter {
  if (limiters.length === 0) throw new ValidationError('slowestOf needs at least one limiter.', { field: 'limiters' });
  for (const [index, limiter] of limiters.entries()) mustBeLimiter(`limiters[${index}]`, limiter);
  return {
    delayFor: (key) => Math.max(...limiters.map((limiter) => limiter.delayFor(key))),
    forget(key) {
      for (const limiter of limiters) limiter.forget(key);
    },
    requeues: (key) => Math.max(...limiters.map((limiter) => limiter.requeues(key))),
  };
}

/** What a work queue limits with unless it is told otherwise: each item from 5 ms up to 1000 s, and all together 100 at once and 10 a second. */
export function defaultItemLimiter(options: { readonly clock?: Clock | undefined } = {}): ItemLimiter {
  return slowestOf(exponentialItemLimiter(), tokenBucketLimiter(options));
}

/** @throws ValidationError when `value` is no rate limiter. */
export function mustBeLimiter(field: string, value: unknown): void {
  mustHave(['delayFor', 'forget', 'requeues'], field, value, 'an ItemLimiter');
}
