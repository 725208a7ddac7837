/** A store that hands on everything it holds after each change (client-go, cache.UndeltaStore). */
import { ValidationError } from '../model/errors.js';
import type { Revision } from '../model/revision.js';
import { silentLogger } from '../ports/logger.js';
import { Announcer } from './announcer.js';
import { createStore } from './keyed-store.js';
import type { Keyed, KeyFunc } from './keys.js';
import type { SnapshotStore, Store, StoreOperation, StoreOptions } from './store.js';

/** How an {@link UndeltaStore} is set up. */
export interface UndeltaStoreOptions<T> extends StoreOptions {
  /** Is given the complete state, in the order of the keys. One that throws is reported to the logger. */
  readonly pushFunc: (objects: readonly T[]) => void;
  readonly keyFunc: KeyFunc<T>;
}

/**
 * Takes in a stream of changes, from a reflector say, and pushes the complete state after each of them: once for every operation that
 * succeeds, whether it changes something or not, in the order of the operations, and never for one that throws. A transaction is one
 * operation, unless it has none.
 *
 * @example
 * ```ts
 * import { metaNamespaceKeyFunc, UndeltaStore } from 'heliostat/cache';
 * const store = new UndeltaStore<{ metadata: { name: string } }>({
 *   keyFunc: metaNamespaceKeyFunc,
 *   pushFunc: (pods) => console.log(pods.map((pod) => pod.metadata.name)),
 * });
 * store.add({ metadata: { name: 'web-0' } }); // prints [ 'web-0' ]
 * ```
 */
export class UndeltaStore<T> implements Store<T> {
  private readonly store: SnapshotStore<T>;
  private readonly pushes: Announcer<readonly T[]>;

  constructor({ pushFunc, keyFunc, ...options }: UndeltaStoreOptions<T>) {
    if (typeof pushFunc !== 'function')
      throw new ValidationError(`pushFunc is ${typeof pushFunc}, not a function.`, { field: 'pushFunc' });
    this.store = createStore(keyFunc, options);
    this.pushes = new Announcer('pushFunc', options.logger ?? silentLogger);
    this.pushes.subscribe(pushFunc);
  }

  add(object: T): void {
    this.store.add(object);
    this.push();
  }

  update(object: T): void {
    this.store.update(object);
    this.push();
  }

  delete(object: Keyed<T>): void {
    this.store.delete(object);
    this.push();
  }

  transaction(operations: readonly StoreOperation<T>[], resourceVersion?: Revision): void {
    this.store.transaction(operations, resourceVersion);
    if (operations.length > 0) this.push(); // a revision alone is no change
  }

  replace(objects: Iterable<T>, resourceVersion?: Revision): void {
    this.store.replace(objects, resourceVersion);
    this.push();
  }

  list(): readonly T[] {
    return this.store.list();
  }

  listKeys(): readonly string[] {
    return this.store.listKeys();
  }

  get(object: Keyed<T>): T | undefined {
    return this.store.get(object);
  }

  getByKey(key: string): T | undefined {
    return this.store.getByKey(key);
  }

  keyOf(object: Keyed<T>): string {
    return this.store.keyOf(object);
  }

  /** With the list as it is now: what a pushFunc changes is pushed after what it was given. */
  private push(): void {
    this.pushes.announce(this.store.list());
  }
}
