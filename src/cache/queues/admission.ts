/** How objects come into a queue: each has a key, is plain data, and is frozen. */
import { ValidationError } from '../../model/errors.js';
import { freezePlainData } from '../../store/plain-data.js';
import { DeletedFinalStateUnknown, ExplicitKey, keyOf, type KeyFunc } from '../keys.js';

/** What the queues have in common. */
export interface QueueOptions<T> {
  /** Makes the keys of the objects. */
  readonly keyFunc: KeyFunc<T>;
  /** What is put in is frozen plain data already, as a client with `immutableValues` hands it out: it is not looked at again. */
  readonly immutableValues?: boolean | undefined;
}

/** An object with its key. */
interface KeyedObject<T> {
  readonly key: string;
  readonly object: T;
}

/**
 * Lets an object in.
 *
 * @param transform what is queued in its place.
 * @throws KeyError; ValidationError when it is no object, is not plain data, or has another key after the transformation, and when
 * `transform` throws a TypeError, as it does when it writes to the object, which is frozen; whatever else `transform` throws.
 */
export function admit<T>(object: T, options: QueueOptions<T>, transform?: (object: T) => T): KeyedObject<T> {
  checkIsObject(object);
  const key = keyOf(options.keyFunc, object);
  if (transform === undefined) return { key, object: frozen(object, options) };
  const transformed = transformedBy(transform, frozen(object, options), key);
  checkIsObject(transformed);
  const keyAfter = keyOf(options.keyFunc, transformed);
  if (keyAfter === key) return { key, object: frozen(transformed, options) };
  throw new ValidationError(
    `The transformer turned the object ${JSON.stringify(key)} into ${JSON.stringify(keyAfter)}: it must leave alone what the key is made of.`,
    { field: 'transformer', key },
  );
}

/** Freezes an object to the last leaf, unless it is promised to be so. */
export function frozen<T>(object: T, { immutableValues }: { readonly immutableValues?: boolean | undefined }): T {
  return immutableValues === true ? object : freezePlainData(object);
}

/** The object of a tombstone, though it be inside another one. */
export function lastStateIn<T>(object: unknown, options: QueueOptions<T>): T | undefined {
  if (object instanceof DeletedFinalStateUnknown) return lastStateIn(object.object, options);
  if (object === undefined || object instanceof ExplicitKey) return undefined;
  return frozen(object as T, options); // a tombstone of this queue's objects
}

/** @throws ValidationError */
export function mustBeFunction(value: unknown, field: string): void {
  if (typeof value === 'function') return;
  throw new ValidationError(`Queue option "${field}" is ${value === null ? 'null' : typeof value}; it must be a function.`, {
    field,
  });
}

function transformedBy<T>(transform: (object: T) => T, object: T, key: string): T {
  try {
    return transform(object);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ValidationError(
      `The transformer failed for the object ${JSON.stringify(key)}: ${error.message}. What it is given is frozen: it must return a changed copy.`,
      { field: 'transformer', key, cause: error },
    );
  }
}

function checkIsObject(object: unknown): void {
  if (object === undefined || object === null) {
    throw new ValidationError(`The object is ${object}, which means "no object"; delete the object instead.`, { field: 'object' });
  }
  if (object instanceof ExplicitKey || object instanceof DeletedFinalStateUnknown) {
    throw new ValidationError(
      `Only the key ${JSON.stringify(object.key)} is given: it serves to find and to delete, not to put in.`,
      {
        field: 'object',
        key: object.key,
      },
    );
  }
}
