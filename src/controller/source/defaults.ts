import type { ReflectorTimings } from '../../model/timings.js';

/** The times and counts of a DatastoreSource beside those of its list and watch. Times are in milliseconds. */
export interface DatastoreSourceTimings {
  readonly delayLocalResync: number;
  readonly toleratedSilence: number;
  readonly resyncRetryInterval: number;
  readonly mirrorInterval: number;
  readonly stopLimit: number;
  readonly pageSize: number;
}

/**
 * What a DatastoreSource does when it is not told otherwise. The local fallback comes when the original's comes; a silence that its
 * probe could have missed is none here either.
 */
export const datastoreSourceDefaults: Readonly<DatastoreSourceTimings & { readonly timings: ReflectorTimings }> = Object.freeze({
  delayLocalResync: 5_000,
  toleratedSilence: 3_000,
  resyncRetryInterval: 1_000,
  mirrorInterval: 10_000,
  stopLimit: 5_000,
  pageSize: 500,
  timings: Object.freeze({
    minResyncInterval: 500,
    listRetryInterval: 1_000,
    watchPollInterval: 5_000,
    missingApiRetryInterval: 30_000,
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
  }),
});
