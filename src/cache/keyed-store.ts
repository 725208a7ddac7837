/** The stores that make the keys of their objects themselves (client-go, cache.NewStore and cache.NewIndexer). */
import { ValidationError } from '../model/errors.js';
import type { Revision } from '../model/revision.js';
import { checkListener } from './announcer.js';
import { StateReader, type KeyedState } from './contents.js';
import { keyOf, type Keyed, type KeyFunc } from './keys.js';
import type {
  Indexer,
  Indexers,
  Indices,
  ObjectChange,
  SnapshotStore,
  StoreCommit,
  StoreOperation,
  StoreOptions,
  StoreSnapshot,
  SubscribeOptions,
} from './store.js';
import { VersionedStore } from './thread-safe-store.js';

/**
 * Creates a store: objects by the keys that `keyFunc` makes of them.
 *
 * @example
 * ```ts
 * import { createStore, metaNamespaceKeyFunc } from 'heliostat/cache';
 * const pods = createStore<{ metadata: { name: string }; phase?: string }>(metaNamespaceKeyFunc);
 * const before = pods.snapshot();
 * pods.add({ metadata: { name: 'web-0' }, phase: 'Running' });
 * console.log(pods.getByKey('web-0')?.phase, pods.diff(before, pods.snapshot()).length); // Running 1
 * ```
 */
export function createStore<T>(keyFunc: KeyFunc<T>, options: StoreOptions = {}): SnapshotStore<T> {
  return new KeyedStore(keyFunc, {}, options);
}

/**
 * Creates a store with indices.
 *
 * @example
 * ```ts
 * import { createIndexer, metaNamespaceKeyFunc } from 'heliostat/cache';
 * interface Pod { readonly metadata: { readonly name: string }; readonly node: string }
 * const pods = createIndexer<Pod>(metaNamespaceKeyFunc, { node: (pod) => [pod.node] });
 * pods.replace([{ metadata: { name: 'web-0' }, node: 'a' }, { metadata: { name: 'web-1' }, node: 'b' }]);
 * console.log(pods.byIndex('node', 'b').map((pod) => pod.metadata.name)); // ['web-1']
 * ```
 */
export function createIndexer<T>(keyFunc: KeyFunc<T>, indexers: Indexers<T>, options: StoreOptions = {}): Indexer<T> {
  return new KeyedStore(keyFunc, indexers, options);
}

class KeyedSnapshot<T> extends StateReader<T> implements StoreSnapshot<T> {
  /** @internal */
  readonly contents: KeyedState<T>;
  private readonly keyFunc: KeyFunc<T>;

  constructor(contents: KeyedState<T>, keyFunc: KeyFunc<T>) {
    super(contents.state);
    this.contents = contents;
    this.keyFunc = keyFunc;
  }

  get(object: Keyed<T>): T | undefined {
    return this.contents.get(keyOf(this.keyFunc, object));
  }

  getByKey(key: string): T | undefined {
    return this.contents.get(key);
  }
}

class KeyedStore<T> implements Indexer<T> {
  private readonly objects: VersionedStore<T>;
  private readonly keyFunc: KeyFunc<T>;

  constructor(keyFunc: KeyFunc<T>, indexers: Indexers<T>, options: StoreOptions) {
    if (typeof keyFunc !== 'function') {
      throw new ValidationError(`The key function is ${typeof keyFunc}: give a function such as metaNamespaceKeyFunc.`, {
        field: 'keyFunc',
      });
    }
    this.keyFunc = keyFunc;
    this.objects = new VersionedStore(indexers, options);
  }

  get size(): number {
    return this.objects.size;
  }

  get resourceVersion(): Revision | undefined {
    return this.objects.resourceVersion;
  }

  add(object: T): void {
    this.objects.add(this.keyOf(object), object);
  }

  update(object: T): void {
    this.objects.update(this.keyOf(object), object);
  }

  delete(object: Keyed<T>): void {
    this.objects.delete(this.keyOf(object));
  }

  transaction(operations: readonly StoreOperation<T>[], resourceVersion?: Revision): void {
    const keyed = operations.map((operation) => ({ ...operation, key: this.keyOf(operation.object) }));
    this.objects.transaction(keyed, resourceVersion);
  }

  replace(objects: Iterable<T>, resourceVersion?: Revision): void {
    const keyed = Array.from(objects, (object) => [this.keyOf(object), object] as const);
    this.objects.replace(keyed, resourceVersion);
  }

  list(): readonly T[] {
    return this.objects.list();
  }

  listKeys(): readonly string[] {
    return this.objects.listKeys();
  }

  get(object: Keyed<T>): T | undefined {
    return this.objects.get(this.keyOf(object));
  }

  getByKey(key: string): T | undefined {
    return this.objects.get(key);
  }

  index(indexName: string, object: T): readonly T[] {
    return this.objects.index(indexName, object);
  }

  indexKeys(indexName: string, value: string): readonly string[] {
    return this.objects.indexKeys(indexName, value);
  }

  byIndex(indexName: string, value: string): readonly T[] {
    return this.objects.byIndex(indexName, value);
  }

  listIndexFuncValues(indexName: string): readonly string[] {
    return this.objects.listIndexFuncValues(indexName);
  }

  unindexed(indexName: string): readonly string[] {
    return this.objects.unindexed(indexName);
  }

  indices(): Indices {
    return this.objects.indices();
  }

  addIndexers(indexers: Indexers<T>): void {
    this.objects.addIndexers(indexers);
  }

  getIndexers(): Indexers<T> {
    return this.objects.getIndexers();
  }

  snapshot(): StoreSnapshot<T> {
    return new KeyedSnapshot(this.objects.snapshot(), this.keyFunc);
  }

  diff(earlier: StoreSnapshot<T>, later: StoreSnapshot<T>): readonly ObjectChange<T>[] {
    return this.objects.diff(contentsOf(earlier), contentsOf(later));
  }

  subscribe(listener: (commit: StoreCommit<T>) => unknown, options: SubscribeOptions = {}): () => void {
    checkListener(listener);
    return this.objects.subscribe(
      ({ before, after, changes }) =>
        listener(Object.freeze({ before: this.snapshotOf(before), after: this.snapshotOf(after), changes })),
      options,
    );
  }

  keyOf(object: Keyed<T>): string {
    return this.objects.asking(() => keyOf(this.keyFunc, object));
  }

  private snapshotOf(contents: KeyedState<T>): StoreSnapshot<T> {
    return new KeyedSnapshot(contents, this.keyFunc);
  }
}

function contentsOf<T>(snapshot: StoreSnapshot<T>): KeyedState<T> {
  if (snapshot instanceof KeyedSnapshot) return (snapshot as KeyedSnapshot<T>).contents; // its objects are those of the snapshot that it is
  throw new ValidationError('This is not a snapshot of a store of this package: take one with snapshot().', { field: 'snapshot' });
}
