import { ValidationError } from '../model/errors.js';
import type { SyncerOptions } from '../model/syncer.js';
import type { ReflectorTimings } from '../model/timings.js';

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
  const { backoff: defaultBackoff, pageSize: _pageSize, stopLimit: _stopLimit, ...defaults } = syncerDefaults;
  const given = Object.entries(options).filter(([name, value]) => name in defaults && value !== undefined);
  const timings = { ...defaults, ...(Object.fromEntries(given) as Partial<typeof defaults>) }; // names were checked, values are below
  for (const [field, value] of Object.entries(timings)) checkNumber(field, value, 0);
  const { factor = defaultBackoff.factor, max = defaultBackoff.max, jitter = defaultBackoff.jitter } = options.backoff ?? {};
  checkNumber('backoff.factor', factor, 1);
  checkNumber('backoff.max', max, 0);
  if (jitter !== 'full' && jitter !== 'none') {
    throw new ValidationError(`Illegal option backoff.jitter ${String(jitter)}: it is full or none.`, { field: 'backoff.jitter' });
  }
  return { ...timings, backoff: { factor, max, jitter } };
}

function checkNumber(field: string, value: unknown, least: number): void {
  if (typeof value === 'number' && value >= least) return;
  throw new ValidationError(`Illegal option ${field} ${String(value)}: it must be a number of at least ${least}.`, { field });
}
