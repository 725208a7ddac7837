/** What an informer holds, for those who read it: the indexer without what changes it. */
import type { Keyed } from '../keys.js';
import type { Indexer, Indexers, IndexReader, Snapshots } from '../store.js';

/** Reads the objects of an informer. Only the informer itself fills its store. */
export interface IndexerView<T> extends IndexReader<T>, Snapshots<T> {
  /** Every object, in the order of the keys. */
  list(): readonly T[];
  /** Every key, in order. */
  listKeys(): readonly string[];
  /** What there is for the key of `object`, which can be in another state; undefined when there is nothing. */
  get(object: Keyed<T>): T | undefined;
  getByKey(key: string): T | undefined;
  /** The index functions by name. */
  getIndexers(): Indexers<T>;
}

/** The view of an indexer. */
export function viewOf<T>(indexer: Indexer<T>): IndexerView<T> {
  return Object.freeze({
    get resourceVersion() {
      return indexer.resourceVersion;
    },
    list: () => indexer.list(),
    listKeys: () => indexer.listKeys(),
    get: (object) => indexer.get(object),
    getByKey: (key) => indexer.getByKey(key),
    getIndexers: () => indexer.getIndexers(),
    index: (indexName, object) => indexer.index(indexName, object),
    indexKeys: (indexName, value) => indexer.indexKeys(indexName, value),
    byIndex: (indexName, value) => indexer.byIndex(indexName, value),
    listIndexFuncValues: (indexName) => indexer.listIndexFuncValues(indexName),
    unindexed: (indexName) => indexer.unindexed(indexName),
    indices: () => indexer.indices(),
    snapshot: () => indexer.snapshot(),
    diff: (earlier, later) => indexer.diff(earlier, later),
    subscribe: (listener, options) => indexer.subscribe(listener, options),
  } satisfies IndexerView<T>);
}

/** Every object with its key, in the order of the keys. */
export function* contentsOf<T>(indexer: Pick<Indexer<T>, 'snapshot'>): Iterable<readonly [key: string, object: T]> {
  const snapshot = indexer.snapshot();
  const objects = snapshot.list();
  for (const [place, key] of snapshot.listKeys().entries()) {
    const object = objects[place];
    if (object !== undefined) yield [key, object];
  }
}
