import { pause, type Clock } from '../ports/clock.js';

/** Waits for `work`, at most `limit` milliseconds of `clock`. @returns whether it was done in time. */
export async function within(clock: Clock, limit: number, work: Promise<unknown>): Promise<boolean> {
  const abort = new AbortController();
  const isInTime = await Promise.race([work.then(() => true), pause(clock, limit, abort.signal).then(() => false)]);
  abort.abort();
  return isInTime;
}
