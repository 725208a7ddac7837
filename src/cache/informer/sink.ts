/**
 * The store that an informer is filled through: what is put in goes into its indexer in one step, and from there, change by change, to
 * everybody's queue.
 */
import { deepEqual } from 'fast-equals';
import type { Revision } from '../../model/revision.js';
import { DeletedFinalStateUnknown, ExplicitKey, keyOf, type Keyed, type KeyFunc } from '../keys.js';
import type { Indexer, Store, StoreOperation } from '../store.js';
import type { Admission } from './admission.js';
import type { Audience } from './audience.js';
import type { Deleted } from './handler.js';
import { contentsOf } from './indexer-view.js';
import { deletedExactly, deletedUnseen, type Step } from './step.js';

export interface InformerSinkOptions<T> {
  /** Takes what is frozen already. */
  readonly indexer: Indexer<T>;
  readonly keyFunc: KeyFunc<T>;
  readonly admission: Admission<T>;
  readonly audience: Audience<T>;
  /** The store holds everything that there is, for the first time, and it has been handed out. */
  readonly onListed: () => void;
}

interface Commit<T> {
  readonly steps: readonly Step<T>[];
  readonly isList: boolean;
}

export class InformerSink<T> implements Store<T> {
  private readonly options: InformerSinkOptions<T>;
  private readonly indexer: Indexer<T>;
  /** What is being committed, until it has been handed out. */
  private commit: Commit<T> | undefined;
  private isChanging = false;

  constructor(options: InformerSinkOptions<T>) {
    this.options = options;
    this.indexer = options.indexer;
    // First of all listeners: nobody may see the commit, and join, before it has been handed to those who were here.
    this.indexer.subscribe(() => this.handOut());
  }

  add(object: T): void {
    this.transaction([{ op: 'add', object }]);
  }

  update(object: T): void {
    this.transaction([{ op: 'update', object }]);
  }

  delete(object: Keyed<T>): void {
    this.transaction([{ op: 'delete', object }]);
  }

  transaction(operations: readonly StoreOperation<T>[], resourceVersion?: Revision): void {
    const wanted: StoreOperation<T>[] = [];
    this.change(
      false,
      () => {
        const steps = this.stepsOf(operations);
        for (const { key, after } of steps) {
          wanted.push(after === undefined ? { op: 'delete', object: new ExplicitKey(key) } : { op: 'update', object: after });
        }
        return steps;
      },
      () => this.indexer.transaction(wanted, resourceVersion),
    );
  }

  replace(objects: Iterable<T>, resourceVersion?: Revision): void {
    const wanted: T[] = [];
    this.change(
      true,
      () => this.stepsToList(objects, wanted),
      () => this.indexer.replace(wanted, resourceVersion),
    );
  }

  resync(): void {
    this.options.audience.resync();
  }

  list(): readonly T[] {
    return this.indexer.list();
  }

  listKeys(): readonly string[] {
    return this.indexer.listKeys();
  }

  get(object: Keyed<T>): T | undefined {
    return this.indexer.get(object);
  }

  getByKey(key: string): T | undefined {
    return this.indexer.getByKey(key);
  }

  /** The key of an object here, by which whoever fills this remembers it. @throws KeyError */
  keyOf(object: Keyed<T>): string {
    return keyOf(this.options.keyFunc, object);
  }

  /** Everything is computed first, then it is so, then it is handed out. */
  private change(isList: boolean, prepare: () => readonly Step<T>[], commit: () => void): void {
    if (this.isChanging) {
      throw new Error(
        'A key, index or transform function filled the informer that asked it. Such functions only look at their object.',
      );
    }
    this.isChanging = true;
    try {
      this.commit = { steps: prepare(), isList };
      commit();
      // Inside somebody's listener the commit is announced later, and where nothing has changed in the end, never.
      this.handOut();
    } finally {
      this.commit = undefined;
      this.isChanging = false;
    }
  }

  private handOut(): void {
    const { commit } = this;
    if (commit === undefined) return;
    this.commit = undefined;
    this.isChanging = false;
    const { audience, onListed } = this.options;
    const isFirstList = commit.isList && !audience.hasListed;
    audience.hand(commit.steps, commit.isList);
    if (isFirstList) onListed();
  }

  private stepsOf(operations: readonly StoreOperation<T>[]): readonly Step<T>[] {
    const steps: Step<T>[] = [];
    /** What earlier operations have made of a key. */
    const made = new Map<string, T | undefined>();
    // Before anything is transformed: an operation without a key refuses all of them, and they come again without it.
    const keyed = operations.map((operation) => ({ operation, key: this.keyOf(operation.object) }));
    for (const { operation, key } of keyed) {
      const before = made.has(key) ? made.get(key) : this.indexer.getByKey(key);
      const step =
        operation.op === 'delete' ? this.deletion(key, operation.object, before) : this.arrival(key, operation.object, before);
      if (step === undefined) continue;
      made.set(key, step.after);
      steps.push(step);
    }
    return steps;
  }

  private stepsToList(objects: Iterable<T>, wanted: T[]): readonly Step<T>[] {
    const arriving = new Map<string, T>();
    for (const object of objects) arriving.set(this.keyOf(object), object);
    const steps: Step<T>[] = [];
    for (const [key, before] of contentsOf(this.indexer)) {
      if (arriving.has(key)) continue;
      steps.push({ key, before, after: undefined, deleted: deletedUnseen(key, before, 'relist') });
    }
    for (const key of [...arriving.keys()].toSorted()) {
      const before = this.indexer.getByKey(key);
      const step = this.arrival(key, arriving.get(key) as T, before); // it has every key of its own
      const after = step?.after ?? before;
      if (step !== undefined) steps.push(step);
      if (after !== undefined) wanted.push(after);
    }
    return steps;
  }

  /** Undefined when nothing changes: the object is not let in, or is what we have. */
  private arrival(key: string, object: T, before: T | undefined): Step<T> | undefined {
    const after = this.options.admission.admit(key, object, before);
    if (after === undefined || after === before || (before !== undefined && deepEqual(before, after))) return undefined;
    return { key, before, after, deleted: undefined };
  }

  /** Undefined when there is nothing to delete. */
  private deletion(key: string, object: Keyed<T>, before: T | undefined): Step<T> | undefined {
    if (before === undefined) return undefined;
    return { key, before, after: undefined, deleted: this.deletedOf(key, object, before) };
  }

  private deletedOf(key: string, object: Keyed<T>, before: T): Deleted<T> {
    if (object instanceof ExplicitKey) return deletedExactly(before);
    if (object instanceof DeletedFinalStateUnknown) return deletedUnseen(key, before, 'event');
    const last = this.finalState(key, object, before);
    return last === undefined ? deletedUnseen(key, before, 'event') : deletedExactly(last);
  }

  /** Undefined when it cannot be read: that keeps nobody from deleting it. */
  private finalState(key: string, object: T, before: T): T | undefined {
    try {
      return this.options.admission.admit(key, object, before);
    } catch {
      return undefined;
    }
  }
}
