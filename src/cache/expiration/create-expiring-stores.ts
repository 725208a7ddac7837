/** Expiration caches ready to use (client-go, cache.NewTTLStore and cache.NewFakeExpirationStore). */
import { systemClock, type Clock } from '../../ports/clock.js';
import { silentLogger, type Logger } from '../../ports/logger.js';
import { Announcer } from '../announcer.js';
import type { KeyFunc } from '../keys.js';
import type { Store } from '../store.js';
import { ExpirationCache, type ExpirationCacheOptions, type Write } from './expiration-cache.js';
import { TTLPolicy, type ExpirationPolicy, type TimestampedEntry } from './expiration-policy.js';

/** What a store with a time to live can be told besides. */
export type TTLStoreOptions<T> = Omit<ExpirationCacheOptions<T>, 'keyFunc' | 'policy'>;

/**
 * Creates a store whose objects expire `ttl` milliseconds after they were last put in. With 0 or less they never do.
 *
 * @throws ValidationError when `ttl` is not a number.
 * @example
 * ```ts
 * import { createTTLStore, metaNamespaceKeyFunc } from 'heliostat/cache';
 * const recent = createTTLStore<{ metadata: { name: string } }>(metaNamespaceKeyFunc, 60_000);
 * recent.add({ metadata: { name: 'web-0' } });
 * console.log(recent.getByKey('web-0') !== undefined); // true, for a minute
 * ```
 */
export function createTTLStore<T>(keyFunc: KeyFunc<T>, ttl: number, options: TTLStoreOptions<T> = {}): ExpirationCache<T> {
  const { clock = systemClock } = options;
  return new ExpirationCache({ ...options, keyFunc, clock, policy: new TTLPolicy({ ttl, clock }) });
}

/**
 * Creates an expiration cache for tests that ask what is deleted: it never deletes anything, and tells the keys that an honest one
 * would, whether they have expired or were deleted. What has expired is not read all the same, and is told at every read.
 *
 * @param onDeleteRequested may be left out with `undefined`. One that throws is reported to the logger.
 */
export function createFakeExpirationStore<T>(
  keyFunc: KeyFunc<T>,
  onDeleteRequested: ((key: string) => void) | undefined,
  policy: ExpirationPolicy<T>,
  clock: Clock,
  { logger = silentLogger }: { readonly logger?: Logger | undefined } = {},
): Store<T> {
  return new HoardingCache({ keyFunc, policy, clock, logger }, onDeleteRequested, logger);
}

class HoardingCache<T> extends ExpirationCache<T> {
  private readonly requests: Announcer<string>;

  constructor(options: ExpirationCacheOptions<T>, onDeleteRequested: ((key: string) => void) | undefined, logger: Logger) {
    super(options);
    this.requests = new Announcer('callback onDeleteRequested', logger);
    if (onDeleteRequested !== undefined) this.requests.subscribe(onDeleteRequested);
  }

  protected override write(writes: readonly Write<T>[]): void {
    super.write(writes.filter(([, object]) => object !== undefined));
    for (const [key, object] of writes) if (object === undefined) this.requests.announce(key);
  }

  protected override expire(found: readonly TimestampedEntry<T>[]): void {
    for (const { key } of found) this.requests.announce(key);
  }
}
