/** Timings as somebody wants them, put together with defaults and checked. */
import { ValidationError } from '../model/errors.js';
import type { Backoff, ReflectorTimings } from '../model/timings.js';

type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Those timings that are to differ from the defaults. What is absent or `undefined` does not. */
export interface GivenTimings extends Optional<Omit<ReflectorTimings, 'backoff'>> {
  readonly backoff?: Optional<Backoff> | undefined;
}

/**
 * The timings that `given` and `defaults` make together. Other members of `given` are nobody's timings, and are left alone.
 *
 * @param path what stands before a name in a message, such as `timings.`.
 * @throws ValidationError when one is not a number of at least 0, or the backoff would shrink.
 */
export function completeTimings(given: GivenTimings, defaults: ReflectorTimings, path = ''): ReflectorTimings {
  const { backoff: defaultBackoff, ...numbers } = defaults;
  const wanted = Object.entries(given).filter(([name, value]) => name in numbers && value !== undefined);
  const timings = { ...numbers, ...(Object.fromEntries(wanted) as Partial<typeof numbers>) }; // names were checked, values are below
  for (const [name, value] of Object.entries(timings)) checkNumber(`${path}${name}`, value, 0);
  const { factor = defaultBackoff.factor, max = defaultBackoff.max, jitter = defaultBackoff.jitter } = given.backoff ?? {};
  checkNumber(`${path}backoff.factor`, factor, 1);
  checkNumber(`${path}backoff.max`, max, 0);
  if (jitter !== 'full' && jitter !== 'none') {
    const field = `${path}backoff.jitter`;
    throw new ValidationError(`Illegal option ${field} ${String(jitter)}: it is full or none.`, { field });
  }
  return { ...timings, backoff: { factor, max, jitter } };
}

/** @throws ValidationError when `value` is not a number of at least `least`. */
export function checkNumber(field: string, value: unknown, least: number): void {
  if (typeof value === 'number' && value >= least) return;
  throw new ValidationError(`Illegal option ${field} ${String(value)}: it must be a number of at least ${least}.`, { field });
}
