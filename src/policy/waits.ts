/**
 * The waits of a reflector, in milliseconds, from what its chart remembers. Calico measures the pause before the next attempt from the
 * start of the last one, and the pause after a failed list from its failure (watchersyncer, MinResyncInterval and ListRetryInterval):
 * with a constant backoff without jitter these are its times.
 */
import type { ReflectorTimings } from '../model/timings.js';
import type { Random } from '../ports/random.js';
import { backoffDelay } from './backoff.js';

/** What a wait depends on. */
export interface WaitInputs {
  readonly timings: ReflectorTimings;
  readonly listFailures: number;
  readonly watchFailures: number;
  /** How long the attempt that is over took. */
  readonly spent: number;
  /** What the datastore asked for, or 0. */
  readonly retryAfter: number;
}

/** Before the next list: after failed lists the backoff, else the rest of the pace. */
export function waitBeforeList(inputs: WaitInputs, random?: Random): number {
  const { timings, listFailures, retryAfter } = inputs;
  if (listFailures === 0) return waitBeforeWatch(inputs, random);
  const backoff = backoffDelay(listFailures, timings.listRetryInterval, timings.backoff, random);
  return Math.max(backoff, retryAfter, restOf(timings.minResyncInterval, inputs.spent));
}

/** Before the next watch: the rest of the pace, which slows down from the second failure in a row on. */
export function waitBeforeWatch({ timings, watchFailures, spent, retryAfter }: WaitInputs, random?: Random): number {
  const pace = Math.max(timings.minResyncInterval, backoffDelay(watchFailures, timings.minResyncInterval, timings.backoff, random));
  return Math.max(restOf(pace, spent), retryAfter);
}

function restOf(pace: number, spent: number): number {
  return Math.max(0, pace - spent);
}
