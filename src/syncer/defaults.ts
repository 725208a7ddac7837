import type { SyncerOptions } from '../model/syncer.js';
import type { ReflectorTimings } from '../model/timings.js';
import { completeTimings } from '../policy/timings.js';

/** What a syncer does when it is not told otherwise. Times are in milliseconds; the first six are Calico's. */
export const syncerDefaults: Readonly<ReflectorTimings & { readonly pageSize: number; readonly stopLimit: number }> = Object.freeze(
  {
    minResyncInterval: 500,
    listRetryInterval: 1_000,
    watchPollInterval: 5_000,
    missingApiRetryInterval: 30 * 60_000,
    watchRetryTimeout: 600_000,
    maxErrorsPerRevision: 5,
    maxEmptyWatches: 5,
    shortWatch: 1_000,
    healthyPeriod: 10_000,
    idleLimit: 300_000,
    requestTimeout: 60_000,
    listLimit: 600_000,
    maxStaleLists: 5,
    auditInterval: 0,
    backoff: Object.freeze({ factor: 2, max: 30_000, jitter: 'full' }),
    pageSize: 500,
    stopLimit: 5_000,
  },
);

/**
 * The timings that options and defaults make together.
 *
 * @throws ValidationError when one is not a number of at least 0, or the backoff would shrink.
 */
export function timingsOf(options: SyncerOptions): ReflectorTimings {
  const { pageSize: _pageSize, stopLimit: _stopLimit, ...defaults } = syncerDefaults;
  return completeTimings(options, defaults);
}
