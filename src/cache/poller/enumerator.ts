/** What a poller polls (client-go, cache.GetFunc and cache.Enumerator). */
import { ValidationError } from '../../model/errors.js';

/** Everything there is, one object at a time. It is read once, from 0 to `length - 1`, without a pause. */
export interface Enumerator<T> {
  readonly length: number;
  /** May throw: then there is no answer, as if the whole fetch had failed. */
  get(index: number): T;
}

/**
 * Fetches everything there is. What it throws, or rejects with, leaves the store as it is.
 *
 * `signal` aborts when the answer is of no interest any more; one that does not listen to it goes on for nothing.
 */
export type GetFunc<T> = (options: { readonly signal: AbortSignal }) => Enumerator<T> | Promise<Enumerator<T>>;

/** The enumerator of an array. */
export function enumeratorOf<T>(objects: readonly T[]): Enumerator<T> {
  return {
    length: objects.length,
    get: (index) => {
      // An index in range is an element; `undefined` is told apart by whoever reads, and refused.
      if (index in objects) return objects[index] as T;
      throw new ValidationError(`There is no object ${index}: the array has ${objects.length}.`, { field: 'index' });
    },
  };
}

/**
 * Everything an enumerator has.
 *
 * @throws ValidationError when it is none, or hands out something that is no object; whatever its `get` throws.
 */
export function readAll<T>(enumerator: Enumerator<T>): readonly T[] {
  const { length, get } = (enumerator ?? {}) as Partial<Enumerator<T>>; // whoever writes JavaScript may return anything
  if (typeof get !== 'function' || typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0) {
    throw new ValidationError(
      'getFunc did not answer with an enumerator: { length, get(index) }; for an array take enumeratorOf.',
      {
        field: 'getFunc',
      },
    );
  }
  const objects: T[] = [];
  for (let index = 0; index < length; index++) {
    const object = enumerator.get(index);
    if (object === undefined || object === null) {
      throw new ValidationError(`The enumerator has ${String(object)} at ${index} of ${length}, which means "no object".`, {
        field: `enumerator.${index}`,
      });
    }
    objects.push(object);
  }
  return objects;
}
