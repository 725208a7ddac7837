/** The state of a store, and how it is read: the same for the store as it is and for every snapshot of it. */
import { ValidationError } from '../model/errors.js';
import type { Revision } from '../model/revision.js';
import type { ObjectTree } from '../store/object-tree.js';
import { keysWith, valuesIn, type MultiIndex } from './multi-index.js';
import type { Indexers, Indices, IndexReader, ThreadSafeSnapshot } from './store.js';

/** Everything a store holds at one moment. Frozen. */
export interface StoreState<T> {
  readonly objects: ObjectTree<T>;
  readonly indices: readonly MultiIndex<T>[];
  readonly resourceVersion: Revision | undefined;
}

/** Reads the indices of a state. */
export class StateReader<T> implements IndexReader<T> {
  /** @internal */
  readonly state: StoreState<T>;

  constructor(state: StoreState<T>) {
    this.state = state;
  }

  get size(): number {
    return this.state.objects.size;
  }

  get resourceVersion(): Revision | undefined {
    return this.state.resourceVersion;
  }

  list(): readonly T[] {
    return this.state.objects.values();
  }

  listKeys(): readonly string[] {
    return this.state.objects.keys();
  }

  index(indexName: string, object: T): readonly T[] {
    const index = this.named(indexName);
    const values = valuesIn(index, object);
    const keys = new Set(values.flatMap((value) => keysWith(index, value)));
    return this.objectsOf(values.length < 2 ? keys : [...keys].toSorted());
  }

  indexKeys(indexName: string, value: string): readonly string[] {
    return keysWith(this.named(indexName), value);
  }

  byIndex(indexName: string, value: string): readonly T[] {
    return this.objectsOf(keysWith(this.named(indexName), value));
  }

  listIndexFuncValues(indexName: string): readonly string[] {
    return this.named(indexName).keysOf.keys();
  }

  unindexed(indexName: string): readonly string[] {
    return this.named(indexName).failed.keys();
  }

  getIndexers(): Indexers<T> {
    return Object.fromEntries(this.state.indices.map(({ name, func }) => [name, func]));
  }

  indices(): Indices {
    const named = this.state.indices.map(({ name, keysOf }) => {
      const index = new Map(Array.from(keysOf, ([value, keys]) => [value, new Set(keys.keys())]));
      return [name, index] as const;
    });
    return Object.fromEntries(named);
  }

  private named(indexName: string): MultiIndex<T> {
    const index = this.state.indices.find(({ name }) => name === indexName);
    if (index !== undefined) return index;
    const names = this.state.indices.map(({ name }) => JSON.stringify(name)).join(', ');
    throw new ValidationError(
      `Index with name ${JSON.stringify(indexName)} does not exist; there ${names === '' ? 'is none: give one to createIndexer' : `is ${names}`}.`,
      { field: 'indexName' },
    );
  }

  private objectsOf(keys: Iterable<string>): readonly T[] {
    const found: T[] = [];
    for (const key of keys) {
      const object = this.state.objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }
}

/** A snapshot of a store whose keys the caller chooses. */
export class KeyedState<T> extends StateReader<T> implements ThreadSafeSnapshot<T> {
  get(key: string): T | undefined {
    return this.state.objects.get(key);
  }
}
