/** When what is in an expiration cache has expired (client-go, cache.ExpirationPolicy). */
import { ValidationError } from '../../model/errors.js';
import { systemClock, type Clock } from '../../ports/clock.js';

/** An object, and when it was put in. Frozen. */
export interface TimestampedEntry<T> {
  readonly key: string;
  readonly object: T;
  /** By the `now` of the cache's clock, which only moves forward. In milliseconds; its zero has no meaning. */
  readonly timestamp: number;
}

/** Says of an entry whether it has expired. It only looks: it is asked on every read, for every entry that is read. */
export interface ExpirationPolicy<T> {
  isExpired(entry: TimestampedEntry<T>): boolean;
}

/** How a {@link TTLPolicy} is set up. */
export interface TTLPolicyOptions {
  /** Milliseconds. With 0 or less nothing ever expires. */
  readonly ttl: number;
  /** Must be the clock of the cache. Default: the time of the process. */
  readonly clock?: Clock | undefined;
}

/**
 * An entry has expired when its age is more than `ttl`; at exactly `ttl` it has not. Ages are told by the clock that only moves forward:
 * setting the wall clock makes nothing older or younger.
 */
export class TTLPolicy implements ExpirationPolicy<unknown> {
  readonly ttl: number;
  private readonly clock: Clock;

  /** @throws ValidationError when `ttl` is not a number. */
  constructor({ ttl, clock = systemClock }: TTLPolicyOptions) {
    if (typeof ttl !== 'number' || Number.isNaN(ttl)) {
      throw new ValidationError(`Illegal option ttl ${String(ttl)}: it must be a number of milliseconds; 0 is for ever.`, {
        field: 'ttl',
      });
    }
    this.ttl = ttl;
    this.clock = clock;
  }

  isExpired({ timestamp }: TimestampedEntry<unknown>): boolean {
    return this.ttl > 0 && this.clock.now() - timestamp > this.ttl;
  }
}

/** How a {@link FakeExpirationPolicy} is set up. */
export interface FakeExpirationPolicyOptions<T> {
  /** What never expires. It is looked at each time: a test may change it on the way. */
  readonly neverExpire: ReadonlySet<string>;
  /** What `neverExpire` knows an entry by. When it throws, the entry has expired. */
  readonly retrieveKeyFunc: (entry: TimestampedEntry<T>) => string;
}

/** For tests that are not about time: everything has expired at once, except what never does. */
export class FakeExpirationPolicy<T> implements ExpirationPolicy<T> {
  readonly neverExpire: ReadonlySet<string>;
  private readonly retrieveKeyFunc: (entry: TimestampedEntry<T>) => string;

  constructor({ neverExpire, retrieveKeyFunc }: FakeExpirationPolicyOptions<T>) {
    this.neverExpire = neverExpire;
    this.retrieveKeyFunc = retrieveKeyFunc;
  }

  isExpired(entry: TimestampedEntry<T>): boolean {
    try {
      return !this.neverExpire.has(this.retrieveKeyFunc(entry));
    } catch {
      return true; // as the original, which looks for no key at all
    }
  }
}
