/** How long to wait after failures. Pure: chance is an argument. */
import type { Backoff } from '../model/timings.js';
import type { Random } from '../ports/random.js';

/** No Retry-After is honoured beyond this: a server that asks for a year is mistaken. Milliseconds. */
export const longestRetryAfter = 3_600_000;

/**
 * The wait, in milliseconds, after `failures` failures in a row, of which the first waits `initial`: exponential, capped, and with full
 * jitter drawn from nothing to that ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015). Without `random` it is the longest
 * it can be.
 */
export function backoffDelay(failures: number, initial: number, backoff: Backoff, random?: Random): number {
  if (failures <= 0) return 0;
  const ceiling = Math.min(initial * backoff.factor ** (failures - 1), Math.max(backoff.max, initial));
  return backoff.jitter === 'full' && random !== undefined ? Math.floor(random.next() * ceiling) : ceiling;
}
