/** What a store is to be told of one object. */
import type { Key } from '../../model/key.js';
import type { KVPair } from '../../model/kv-pair.js';
import type { Revision } from '../../model/revision.js';
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
  /** Its final state; undefined when that is not known, or is not what the store can find it by. */
  readonly object: T | undefined;
  readonly key: Key;
  readonly revision: Revision | undefined;
}

export type Step<T> = Arrival<T> | Removal<T>;

/** A removal as the store is told it. */
export interface Deletion<T> extends Omit<Removal<T>, 'object'> {
  readonly object: Keyed<T>;
}

/** A step as the store is told it. */
export type Order<T> = Arrival<T> | Deletion<T>;

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
export function perform<T>(store: Store<T, unknown>, order: Order<T>): void {
  if (order.op === 'delete') store.delete(order.object);
  else store[order.op](order.object);
}
