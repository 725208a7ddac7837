/** What a store is to be told of one object. */
import type { Key } from '../../model/key.js';
import type { KVPair } from '../../model/kv-pair.js';
import type { Revision } from '../../model/revision.js';
import { freezePlainData } from '../../store/plain-data.js';
import type { Keyed } from '../keys.js';
import type { Store } from '../store.js';
import { errorOf } from './problems.js';

/** An object on its way into a store. */
export interface Arrival<T> {
  readonly op: 'add' | 'update';
  readonly object: T;
  /** The object's key in the datastore. */
  readonly key: Key;
  /** Where in the history this state was written, where that is known. */
  readonly revision: Revision | undefined;
}

/** An object on its way out of a store. */
export interface Removal<T> {
  readonly op: 'delete';
  readonly object: Keyed<T>;
  readonly key: Key;
  readonly revision: Revision | undefined;
}

export type Step<T> = Arrival<T> | Removal<T>;

export function arrivalOf<T>(op: Arrival<T>['op'], { key, value, revision }: KVPair<T>): Arrival<T> {
  return { op, object: value, key, revision };
}

/** What was thrown; undefined when nothing was. */
export function attempt(work: () => void): Error | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return errorOf(error);
  }
}

/** Tells a store one thing. @throws what the store throws. */
export function perform<T>(store: Store<T, unknown>, step: Step<T>): void {
  if (step.op === 'delete') store.delete(step.object);
  else store[step.op](step.object);
}

/**
 * Why a store that refused several objects at once refuses this one: it has no key there, or is not plain data. Asking changes nothing
 * in the store. Undefined when this object is not known to be at fault.
 */
export function whyRefused<T>(store: Store<T, unknown>, { object, op }: Step<T>): Error | undefined {
  return attempt(() => {
    store.get(object);
    if (op !== 'delete') freezePlainData(object);
  });
}
