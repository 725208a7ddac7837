/** A store of the plainest kind: a map, and nothing checked or frozen. What listers do must not depend on a store's own care. */
import type { Keyed } from '../../../src/cache/keys.js';
import { keyOf, metaNamespaceKeyFunc, type KeyFunc } from '../../../src/cache/keys.js';
import type { Store } from '../../../src/cache/store.js';

export class PlainStore<T> implements Store<T> {
  readonly #objects = new Map<string, T>();
  readonly #keyFunc: KeyFunc<T>;

  constructor(keyFunc: KeyFunc<T> = metaNamespaceKeyFunc) {
    this.#keyFunc = keyFunc;
  }

  /** Puts in what has no key of its own, or is no object at all. */
  put(key: string, object: unknown): void {
    this.#objects.set(key, object as T); // the point of it: a store holds what it was given
  }

  add(object: T): void {
    this.#objects.set(keyOf(this.#keyFunc, object), object);
  }

  update(object: T): void {
    this.add(object);
  }

  delete(object: Keyed<T>): void {
    this.#objects.delete(keyOf(this.#keyFunc, object));
  }

  list(): readonly T[] {
    return this.listKeys().flatMap((key) =>
      [...this.#objects].filter(([candidate]) => candidate === key).map(([, object]) => object),
    );
  }

  listKeys(): readonly string[] {
    return [...this.#objects.keys()].toSorted();
  }

  get(object: Keyed<T>): T | undefined {
    return this.getByKey(keyOf(this.#keyFunc, object));
  }

  getByKey(key: string): T | undefined {
    return this.#objects.get(key);
  }

  replace(objects: Iterable<T>): void {
    this.#objects.clear();
    for (const object of objects) this.add(object);
  }
}
