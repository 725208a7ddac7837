import type { ReflectorTimings } from '../../model/timings.js';

/**
 * What a reflector of the cache does when it is not told otherwise. Times are in milliseconds.
 *
 * The waits after failures, the page size and the length of a short watch are client-go's, as is what one error of a watch leads to: a
 * list, because the revision or an object may be the reason. Where client-go has no limit, it is the syncer's.
 */
export const cacheReflectorDefaults: Readonly<ReflectorTimings & { readonly pageSize: number; readonly stopLimit: number }> =
  Object.freeze({
    minResyncInterval: 800,
    listRetryInterval: 800,
    watchPollInterval: 5_000,
    missingApiRetryInterval: 30_000,
    watchRetryTimeout: 600_000,
    maxErrorsPerRevision: 1,
    maxEmptyWatches: 5,
    shortWatch: 1_000,
    healthyPeriod: 120_000,
    idleLimit: 300_000,
    requestTimeout: 60_000,
    listLimit: 600_000,
    maxStaleLists: 5,
    auditInterval: 0,
    backoff: Object.freeze({ factor: 2, max: 30_000, jitter: 'full' }),
    pageSize: 500,
    stopLimit: 5_000,
  });
