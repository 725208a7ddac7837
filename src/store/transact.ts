/** Transactions over an object tree: all or nothing, with what changed and how to undo it. */
import type { Key } from '../model/key.js';
import { treeOf, type Change, type ObjectTree } from './object-tree.js';

/** A tree while it is being changed. Only valid inside the recipe that it was given to. */
export interface TreeDraft<T> {
  get(key: Key): T | undefined;
  set(key: Key, value: T): void;
  delete(key: Key): void;
}

/** A tree while a transaction changes it. */
export interface TransactionDraft<T> extends TreeDraft<T> {
  /** What there was before the transaction began. */
  original(key: Key): T | undefined;
}

/** What a transaction did. */
export interface Commit<T> {
  readonly before: ObjectTree<T>;
  readonly after: ObjectTree<T>;
  /** The net changes, each key once, in the order in which the keys were first read or written. */
  readonly changes: readonly Change<T>[];
}

/** A transaction that has not been committed. Forgetting it is a rollback. */
export interface OpenTransaction<T> {
  readonly draft: TransactionDraft<T>;
  /** Ends the transaction; the draft must not be used any more. */
  commit(): Commit<T>;
}

/** What a transaction knows of a key. */
interface Touched<T> {
  readonly key: Key;
  readonly before: T | undefined;
  after: T | undefined;
}

/** Begins a transaction over `before`, for those that span several trees; for one tree, {@link transact} is simpler. */
export function openTransaction<T>(before: ObjectTree<T>): OpenTransaction<T> {
  const touched = new Map<Key, Touched<T>>();
  let isOpen = true;
  // Finding a key in a tree is what a transaction spends its time with: each key is looked for once.
  const touch = (key: Key): Touched<T> => {
    if (!isOpen) throw new Error(`This transaction has been committed: ${key} cannot be read or written with its draft any more.`);
    let known = touched.get(key);
    if (known === undefined) {
      const value = before.get(key);
      known = { key, before: value, after: value };
      touched.set(key, known);
    }
    return known;
  };
  const draft: TransactionDraft<T> = {
    get: (key) => touch(key).after,
    original: (key) => touch(key).before,
    set: (key, value) => void (touch(key).after = value),
    delete: (key) => void (touch(key).after = undefined),
  };
  const commit = (): Commit<T> => {
    isOpen = false;
    const changes: Change<T>[] = [];
    for (const change of touched.values()) if (change.after !== change.before) changes.push(change);
    return { before, after: before.changed(changes), changes };
  };
  return { draft, commit };
}

/**
 * Changes a tree. When `recipe` throws, nothing has happened.
 *
 * @returns the tree before and after, and the net difference: a key that ends as it began is not in it.
 */
export function transact<T>(before: ObjectTree<T>, recipe: (draft: TransactionDraft<T>) => void): Commit<T> {
  const transaction = openTransaction(before);
  recipe(transaction.draft);
  return transaction.commit();
}

/** Applies changes made elsewhere: what `transact` reported for one tree, done again to another. */
export function applyChanges<T>(tree: ObjectTree<T>, changes: readonly Change<T>[]): Commit<T> {
  return transact(tree, (draft) => {
    for (const { key, after } of changes) {
      if (after === undefined) draft.delete(key);
      else draft.set(key, after);
    }
  });
}

/** The changes that take `changes` back: apply them to the tree after, and it is the tree before again. */
export function undoOf<T>(changes: readonly Change<T>[]): readonly Change<T>[] {
  return changes.map(({ key, before, after }) => ({ key, before: after, after: before })).toReversed();
}

/** When more than one in so many of the entries differ, building a tree anew is cheaper than changing it key by key. */
const rebuildShare = 4;

/**
 * Makes a tree hold exactly `entries`, which must be in key order without repetition, keeping every value that `isSame` recognises
 * so that what did not change keeps its identity.
 *
 * The changes come in key order, those that set before those that delete.
 */
export function replaceAll<T>(
  tree: ObjectTree<T>,
  entries: Iterable<readonly [Key, T]>,
  isSame: (before: T, after: T) => boolean,
): Commit<T> {
  const keys: Key[] = [];
  const values: T[] = [];
  const changes: Change<T>[] = [];
  const gone: Change<T>[] = [];
  const old = tree.entries();
  let current = old.next();
  const leave = ([key, before]: readonly [Key, T]): void => {
    gone.push({ key, before, after: undefined });
    current = old.next();
  };
  for (const [key, after] of entries) {
    while (!isDone(current) && current.value[0] < key) leave(current.value);
    const before = isDone(current) || current.value[0] !== key ? undefined : current.value[1];
    const isKept = before !== undefined && isSame(before, after);
    if (before !== undefined) current = old.next();
    if (!isKept) changes.push({ key, before, after });
    keys.push(key);
    values.push(isKept ? before : after);
  }
  while (!isDone(current)) leave(current.value);
  for (const change of gone) changes.push(change);
  const isRebuilt = changes.length * rebuildShare > tree.size;
  return { before: tree, after: isRebuilt ? treeOf(keys, values) : tree.changed(changes), changes };
}

function isDone<T>(result: IteratorResult<T>): result is IteratorReturnResult<unknown> {
  return result.done === true;
}
