/** Compressors are somebody else's code: what they return is looked at before it is queued. */
import { ValidationError } from '../../model/errors.js';
import { DeletedFinalStateUnknown, keyOf } from '../keys.js';
import { frozen, type QueueOptions } from './admission.js';
import { DeltaType, type Delta, type DeltaCompressor, type Deltas } from './delta.js';

/**
 * What `compressor` leaves of the deltas of a key.
 *
 * @throws ValidationError when that is not a list of deltas of this key; whatever the compressor throws.
 */
export function compressed<T>(key: string, deltas: Deltas<T>, compressor: DeltaCompressor<T>, options: QueueOptions<T>): Deltas<T> {
  const left: unknown = compressor(deltas);
  if (left === deltas) return deltas;
  if (!Array.isArray(left)) throw refuse(key, `returned ${typeof left}`);
  const given = new Set<unknown>(deltas);
  return Object.freeze(left.map((delta: unknown) => (given.has(delta) ? (delta as Delta<T>) : checkedDelta(delta, key, options)))); // one of those that were given
}

/**
 * A delta that somebody else has made, frozen.
 *
 * @throws KeyError; ValidationError when it is no delta, or not of this key.
 */
export function checkedDelta<T>(delta: unknown, key: string, options: QueueOptions<T>): Delta<T> {
  const { type, object } = (delta ?? {}) as { readonly type?: unknown; readonly object?: unknown }; // both are looked at here
  if (typeof type !== 'string' || !Object.hasOwn(DeltaType, type)) throw refuse(key, `made a delta of the type ${String(type)}`);
  if (object === undefined || object === null) throw refuse(key, 'made a delta without an object');
  const keyed = object as T | DeletedFinalStateUnknown<T>; // the key function says whether it is
  const found = keyOf(options.keyFunc, keyed);
  if (found !== key) throw refuse(key, `made a delta of ${JSON.stringify(found)}`);
  if (!(keyed instanceof DeletedFinalStateUnknown)) {
    const admitted = frozen(keyed, options);
    return Object.freeze({ type: type as DeltaType, object: admitted }); // it is one of them
  }
  if (type !== DeltaType.Deleted) throw refuse(key, `put a tombstone into a delta of the type ${type}`);
  return Object.freeze({ type, object: keyed });
}

function refuse(key: string, what: string): ValidationError {
  return new ValidationError(
    `The deltas of ${JSON.stringify(key)} are not usable: whoever made them ${what}. Expected is a list of deltas, each with a DeltaType and an object of this key.`,
    { field: 'deltas', key },
  );
}
