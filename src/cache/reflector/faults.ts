/** Which of several objects is at fault when a store refuses them all. */
import { isHeliostatError } from '../../model/errors.js';
import { copyPlainData } from '../../store/plain-data.js';
import type { Store } from '../store.js';
import { attempt, type Step } from './steps.js';

/** Says what is wrong with an object by itself; undefined when nothing is known to be. Asking changes neither the store nor the object. */
type Fault = <T>(store: Store<T, unknown>, object: T) => Error | undefined;

/** What to do in place of a step at fault; undefined: leave it out. */
type Mend<S> = (step: S, error: Error) => S | undefined;

/** It has no key in the store. */
const keyFault: Fault = (store, object) => attempt(() => store.get(object));

/** It is not plain data. */
const dataFault: Fault = (_, object) => attempt(() => copyPlainData(object));

/**
 * Tries it with all steps; then without what has no key; then, if it is data that is refused, without what is no plain data. A queue
 * may transform what it is given, each state once: what has no key is not even tried there, at the cost of a look-up for each object.
 *
 * @returns the last failure; undefined when it was done.
 */
export function withoutFaults<T, S extends Step<T>>(
  store: Store<T, unknown>,
  steps: readonly S[],
  mend: Mend<S>,
  tryWith: (fit: readonly S[]) => Error | undefined,
): Error | undefined {
  let fit = isQueue(store) ? sift(store, steps, keyFault, mend) : steps;
  let failure = tryWith(fit);
  for (const fault of [keyFault, dataFault]) {
    if (failure === undefined || isClosed(failure)) return failure;
    if (fault === dataFault && !isHeliostatError(failure, 'invalid')) return failure;
    const sifted = sift(store, fit, fault, mend);
    if (sifted === fit) continue;
    fit = sifted;
    failure = tryWith(fit);
  }
  return failure;
}

/** A store that is closed takes nothing in, whatever it is given. */
export function isClosed(error: Error): boolean {
  return isHeliostatError(error, 'closed');
}

/** Objects leave a queue as they are taken out, and what it holds may be changes. */
export function isQueue(store: object): boolean {
  return typeof Reflect.get(store, 'pop') === 'function';
}

/** Without the steps at fault. The same list when there are none. */
function sift<T, S extends Step<T>>(store: Store<T, unknown>, steps: readonly S[], fault: Fault, mend: Mend<S>): readonly S[] {
  let isSame = true;
  const sifted: S[] = [];
  for (const step of steps) {
    const error = step.object === undefined ? undefined : fault<T>(store, step.object);
    const mended = error === undefined ? step : mend(step, error);
    isSame &&= mended === step;
    if (mended !== undefined) sifted.push(mended);
  }
  return isSame ? steps : sifted;
}
