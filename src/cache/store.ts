/** The stores of the cache, as those see them who put objects in and take them out (client-go, cache.Store and cache.Indexer). */
import type { Revision } from '../model/revision.js';
import type { Logger } from '../ports/logger.js';
import type { IndexError } from './errors.js';
import type { Keyed } from './keys.js';

/** One step of a transaction. */
export type StoreOperation<T> =
  | { readonly op: 'add' | 'update'; readonly object: T }
  /** Deleting what is not there changes nothing. */
  | { readonly op: 'delete'; readonly object: Keyed<T> };

/**
 * Holds objects by their keys. `Item` is what it hands out for a key: the object itself, except in a queue of changes.
 *
 * Objects are plain data (docs/SPEC.md, R15). A store takes ownership of what is put in and freezes it to the last leaf; what it hands
 * out is frozen. Every operation is all or nothing: when it throws, nothing has changed.
 *
 * All operations throw KeyError when an object has no key, and ValidationError when it is not plain data.
 */
export interface Store<T, Item = T> {
  /** Puts an object in, in place of another with its key. */
  add(object: T): void;
  /** The same as `add`, for stores that do not tell the two apart. */
  update(object: T): void;
  /** Takes an object out. */
  delete(object: Keyed<T>): void;
  /** Every object, in the order of the keys. */
  list(): readonly (T | Item)[];
  /** Every key, in order. */
  listKeys(): readonly string[];
  /** What there is for the key of `object`, which can be in another state; undefined when there is nothing. */
  get(object: Keyed<T>): Item | undefined;
  getByKey(key: string): Item | undefined;
  /**
   * Makes these objects all that there is. Of several with one key the last one counts.
   *
   * @param resourceVersion the revision of the whole collection, where it is known.
   */
  replace(objects: Iterable<T>, resourceVersion?: Revision): void;
  /** Does all of the operations in one step, in order, or none of them. */
  transaction?(operations: readonly StoreOperation<T>[], resourceVersion?: Revision): void;
  /** Hands out everything that is known once more, to whoever takes objects from here. */
  resync?(): void;
  /** The key of an object, for stores whose keys a reflector cannot tell from those of the datastore. */
  keyOf?(object: Keyed<T>): string;
}

/** Lists its keys. */
export interface KeyLister {
  listKeys(): readonly string[];
}

/** Hands out what it holds for a key. */
export interface KeyGetter<T> {
  getByKey(key: string): T | undefined;
}

/** One key that differs between two states of a store: absent on one side, or different. */
export interface ObjectChange<T> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/**
 * The values that an object has in an index: none (`undefined` or an empty array), one (a string) or many. It must say the same of the same object every time.
 *
 * When it throws, or returns something else than strings, the object stays out of this index alone, and an {@link IndexError} is told.
 */
export type IndexFunc<T> = (object: T) => string | readonly string[] | undefined;

/** Index functions by name. */
export type Indexers<T> = Readonly<Record<string, IndexFunc<T>>>;

/** The keys of the objects that have a value, by the value. */
export type Index = ReadonlyMap<string, ReadonlySet<string>>;

/** Indices by name. */
export type Indices = Readonly<Record<string, Index>>;

/** How the indices of a store are read. All throw ValidationError when there is no index of that name. */
export interface IndexReader<T> {
  /** The index functions by name. */
  getIndexers(): Indexers<T>;
  /**
   * The objects that share a value with `object` in the index, in the order of their keys. `object` need not be stored.
   *
   * @throws IndexError when the index function fails for `object`.
   */
  index(indexName: string, object: T): readonly T[];
  /** The keys of the objects that have `value` in the index, in order. */
  indexKeys(indexName: string, value: string): readonly string[];
  /** The objects that have `value` in the index, in the order of their keys. */
  byIndex(indexName: string, value: string): readonly T[];
  /** Every value that some object has in the index, in order. */
  listIndexFuncValues(indexName: string): readonly string[];
  /** The keys of the objects for which the index function failed, in order. They are not in the index. */
  unindexed(indexName: string): readonly string[];
  /** All indices, as plain maps: for tests and for people to read; it takes the time of their size. */
  indices(): Indices;
}

/** Objects at one moment, with their indices. */
interface Contents<T> extends IndexReader<T> {
  readonly size: number;
  /** The revision of the last operation that told one; undefined when none has. */
  readonly resourceVersion: Revision | undefined;
  /** Every object, in the order of the keys. */
  list(): readonly T[];
  /** Every key, in order. */
  listKeys(): readonly string[];
}

/** A store at one moment. Costs nothing to take, never changes, and reads as the store did. */
export interface StoreSnapshot<T> extends Contents<T> {
  get(object: Keyed<T>): T | undefined;
  getByKey(key: string): T | undefined;
}

/** What one operation or transaction has changed. `changes` is never empty. */
export interface StoreCommit<T, S = StoreSnapshot<T>> {
  readonly before: S;
  readonly after: S;
  /** The net difference: each key once. */
  readonly changes: readonly ObjectChange<T>[];
}

/** How long somebody listens. */
export interface SubscribeOptions {
  /** Ends the subscription when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** What a store of immutable states can do beside holding objects. */
export interface Snapshots<T, S = StoreSnapshot<T>> {
  /** The revision of the last operation that told one; undefined when none has. */
  readonly resourceVersion: Revision | undefined;
  /** The store as it is now. */
  snapshot(): S;
  /** What leads from one snapshot to another, in the order of the keys, in the time of what differs. */
  diff(earlier: S, later: S): readonly ObjectChange<T>[];
  /**
   * Calls `listener` after every operation that has changed something, in order, also when a listener itself changes the store. One that
   * throws is reported to the logger, and is called again the next time.
   *
   * @returns ends the subscription.
   */
  subscribe(listener: (commit: StoreCommit<T, S>) => unknown, options?: SubscribeOptions): () => void;
}

/** A store that can be looked at as it was, compared, and listened to. */
export interface SnapshotStore<T> extends Store<T>, Snapshots<T> {
  /** How many objects there are. */
  readonly size: number;
  keyOf(object: Keyed<T>): string;
  list(): readonly T[];
  transaction(operations: readonly StoreOperation<T>[], resourceVersion?: Revision): void;
}

/** A {@link ThreadSafeStore} at one moment. Costs nothing to take, never changes, and reads as the store did. */
export interface ThreadSafeSnapshot<T> extends Contents<T> {
  get(key: string): T | undefined;
}

/** One step of a transaction on a {@link ThreadSafeStore}. */
export type KeyedOperation<T> =
  { readonly op: 'add' | 'update'; readonly key: string; readonly object: T } | { readonly op: 'delete'; readonly key: string };

/**
 * A store whose keys the caller chooses. What other stores are made of; everything that {@link Store} promises holds here too.
 *
 * The name is the original's. Here a read is safe because states do not change, and a write because one happens after the other.
 */
export interface ThreadSafeStore<T> extends Contents<T>, Snapshots<T, ThreadSafeSnapshot<T>> {
  add(key: string, object: T): void;
  update(key: string, object: T): void;
  delete(key: string): void;
  get(key: string): T | undefined;
  replace(objects: Iterable<readonly [key: string, object: T]>, resourceVersion?: Revision): void;
  transaction(operations: readonly KeyedOperation<T>[], resourceVersion?: Revision): void;
  addIndexers(indexers: Indexers<T>): void;
}

/** A store with indices. They are always what their functions say of the objects, whatever has happened. */
export interface Indexer<T> extends SnapshotStore<T>, IndexReader<T> {
  /**
   * Adds indices, over what is there already, too.
   *
   * @throws ValidationError when one of the names is taken.
   */
  addIndexers(indexers: Indexers<T>): void;
}

/** How a store is set up. */
export interface StoreOptions {
  /** What is put in is frozen plain data already, as a client with `immutableValues` hands it out: it is not looked at again. */
  readonly immutableValues?: boolean | undefined;
  /** Is told of each object for which an index function failed. */
  readonly onIndexError?: ((error: IndexError) => void) | undefined;
  /** Where listeners and index functions that fail are reported. Default: nowhere. */
  readonly logger?: Logger | undefined;
}
