/** The store whose keys the caller chooses: what createStore, createIndexer and the UndeltaStore are made of. */
import { ValidationError } from '../model/errors.js';
import type { Revision } from '../model/revision.js';
import { silentLogger } from '../ports/logger.js';
import { emptyTree, type Change, type ObjectTree } from '../store/object-tree.js';
import { freezePlainData } from '../store/plain-data.js';
import { amend } from '../store/root.js';
import { replaceAll, transact } from '../store/transact.js';
import { Announcer } from './announcer.js';
import { KeyedState, type StoreState } from './contents.js';
import type { IndexError } from './errors.js';
import { checkIsObject, isSame } from './objects.js';
import { indexAfter, indexOver } from './multi-index.js';
import type {
  Indexers,
  Indices,
  KeyedOperation,
  ObjectChange,
  StoreCommit,
  StoreOptions,
  SubscribeOptions,
  ThreadSafeSnapshot,
  ThreadSafeStore,
} from './store.js';

/**
 * Creates a store whose keys the caller chooses.
 *
 * @example
 * ```ts
 * import { createThreadSafeStore } from 'heliostat/cache';
 * const routes = createThreadSafeStore<{ via: string }>({ via: ({ via }) => [via] });
 * routes.add('10.0.0.0/8', { via: 'eth0' });
 * console.log(routes.indexKeys('via', 'eth0')); // ['10.0.0.0/8']
 * ```
 */
export function createThreadSafeStore<T>(indexers: Indexers<T> = {}, options: StoreOptions = {}): ThreadSafeStore<T> {
  return new VersionedStore(indexers, options);
}

/** A store as a sequence of immutable states. */
export class VersionedStore<T> implements ThreadSafeStore<T> {
  private readonly options: StoreOptions;
  private readonly commits: Announcer<StoreCommit<T, KeyedState<T>>>;
  private readonly failedIndices: Announcer<IndexError>;
  private current: KeyedState<T>;
  private isAsking = false;

  constructor(indexers: Indexers<T>, options: StoreOptions) {
    this.options = options;
    const { logger = silentLogger } = options;
    this.commits = new Announcer('listener of a store', logger);
    this.failedIndices = new Announcer('listener to index errors', logger);
    this.failedIndices.subscribe((failure) => {
      logger.warn(failure.message, { index: failure.indexName, key: failure.key, error: failure });
    });
    if (options.onIndexError !== undefined) this.failedIndices.subscribe(options.onIndexError);
    const nothing: StoreState<T> = { objects: emptyTree(), indices: [], resourceVersion: undefined };
    this.current = new KeyedState(amend(nothing, () => {}));
    this.addIndexers(indexers);
  }

  get size(): number {
    return this.current.size;
  }

  get resourceVersion(): Revision | undefined {
    return this.current.resourceVersion;
  }

  add(key: string, object: T): void {
    this.transaction([{ op: 'add', key, object }]);
  }

  update(key: string, object: T): void {
    this.transaction([{ op: 'update', key, object }]);
  }

  delete(key: string): void {
    this.transaction([{ op: 'delete', key }]);
  }

  transaction(operations: readonly KeyedOperation<T>[], resourceVersion?: Revision): void {
    this.change(resourceVersion, (objects) =>
      transact(objects, (draft) => {
        for (const operation of operations) {
          const { key } = operation;
          if (operation.op === 'delete') draft.delete(key);
          else draft.set(key, this.admit(operation.object, draft.original(key)));
        }
      }),
    );
  }

  replace(objects: Iterable<readonly [key: string, object: T]>, resourceVersion?: Revision): void {
    this.change(resourceVersion, (before) => {
      const entries = [...new Map(objects)].map(([key, object]) => [key, this.frozen(object)] as const);
      const isInOrder = entries.every(([key], place) => place === 0 || (entries[place - 1]?.[0] ?? '') < key);
      const sorted = isInOrder ? entries : entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
      return replaceAll(before, sorted, isSame);
    });
  }

  list(): readonly T[] {
    return this.current.list();
  }

  listKeys(): readonly string[] {
    return this.current.listKeys();
  }

  get(key: string): T | undefined {
    return this.current.get(key);
  }

  index(indexName: string, object: T): readonly T[] {
    return this.asking(() => this.current.index(indexName, object));
  }

  indexKeys(indexName: string, value: string): readonly string[] {
    return this.current.indexKeys(indexName, value);
  }

  byIndex(indexName: string, value: string): readonly T[] {
    return this.current.byIndex(indexName, value);
  }

  listIndexFuncValues(indexName: string): readonly string[] {
    return this.current.listIndexFuncValues(indexName);
  }

  unindexed(indexName: string): readonly string[] {
    return this.current.unindexed(indexName);
  }

  indices(): Indices {
    return this.current.indices();
  }

  addIndexers(indexers: Indexers<T>): void {
    const { indices, objects } = this.current.state;
    for (const [name, func] of Object.entries(indexers)) {
      if (typeof func !== 'function') throw illegal(name, `is ${typeof func}, not a function`);
      if (indices.some((index) => index.name === name)) throw illegal(name, 'exists already');
    }
    const failures: IndexError[] = [];
    const added = this.alone(() => Object.entries(indexers).map(([name, func]) => indexOver(name, func, objects, failures)));
    if (added.length > 0) this.become({ indices: [...indices, ...added] });
    for (const failure of failures) this.failedIndices.announce(failure);
  }

  getIndexers(): Indexers<T> {
    return this.current.getIndexers();
  }

  snapshot(): KeyedState<T> {
    return this.current;
  }

  diff(earlier: ThreadSafeSnapshot<T>, later: ThreadSafeSnapshot<T>): readonly ObjectChange<T>[] {
    return treeOf(later)
      .diff(treeOf(earlier))
      .filter(({ before, after }) => !isSame(before, after)); // what was deleted and put in again has another identity
  }

  subscribe(listener: (commit: StoreCommit<T, KeyedState<T>>) => unknown, { signal }: SubscribeOptions = {}): () => void {
    return this.commits.subscribe(listener, signal);
  }

  /** One step: everything is computed first, then it is so, then everybody is told. */
  private change(
    resourceVersion: Revision | undefined,
    step: (before: ObjectTree<T>) => { after: ObjectTree<T>; changes: readonly Change<T>[] },
  ): void {
    const before = this.current;
    const failures: IndexError[] = [];
    const { after, changes } = this.alone(() => {
      const commit = step(before.state.objects);
      const indices = before.state.indices.map((index) => indexAfter(index, commit.changes, failures));
      return { after: { objects: commit.after, indices }, changes: commit.changes };
    });
    if (changes.length > 0 || resourceVersion !== undefined) {
      this.become({ ...(changes.length === 0 ? {} : after), ...(resourceVersion === undefined ? {} : { resourceVersion }) });
    }
    if (changes.length > 0 && this.commits.isHeard) {
      this.commits.announce(Object.freeze({ before, after: this.current, changes: Object.freeze(changes) }));
    }
    for (const failure of failures) this.failedIndices.announce(failure);
  }

  private become(parts: Partial<StoreState<T>>): void {
    this.current = new KeyedState(amend(this.current.state, (draft) => void Object.assign(draft, parts)));
  }

  /** Functions of the user run while the next state is computed: what they would write would be lost with it. */
  private alone<R>(compute: () => R): R {
    if (this.isAsking)
      throw new Error('A key or index function changed the store that asked it. Such functions only look at their object.');
    return this.asking(compute);
  }

  /** While a function of the user is asked, nothing can be changed. @internal */
  asking<R>(ask: () => R): R {
    const wasAsking = this.isAsking;
    this.isAsking = true;
    try {
      return ask();
    } finally {
      this.isAsking = wasAsking;
    }
  }

  private admit(object: T, known: T | undefined): T {
    const admitted = this.frozen(object);
    return known !== undefined && isSame(known, admitted) ? known : admitted;
  }

  private frozen(object: T): T {
    checkIsObject(object);
    return this.options.immutableValues === true ? object : freezePlainData(object);
  }
}

function treeOf<T>(snapshot: ThreadSafeSnapshot<T>): ObjectTree<T> {
  if (snapshot instanceof KeyedState) return (snapshot as KeyedState<T>).state.objects; // its objects are those of the snapshot that it is
  throw new ValidationError('This is not a snapshot of a store of this package: take one with snapshot().', { field: 'snapshot' });
}

function illegal(name: string, reason: string): ValidationError {
  return new ValidationError(`The index ${JSON.stringify(name)} ${reason}.`, { field: 'indexers' });
}
