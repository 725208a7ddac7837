/** Transactions over an object tree: all or nothing, with what changed and how to undo it. */
import type { Key } from '../model/key.js';
import { ObjectTree, type Change } from './object-tree.js';

/** A tree while it is being changed. Only valid inside the recipe that it was given to. */
export interface TreeDraft<T> {
  get(key: Key): T | undefined;
  set(key: Key, value: T): void;
  delete(key: Key): void;
}

/** What a transaction did. */
export interface Commit<T> {
  readonly before: ObjectTree<T>;
  readonly after: ObjectTree<T>;
  /** The net changes, each key once, in the order in which the keys were first touched. */
  readonly changes: readonly Change<T>[];
}

/** A transaction that has not been committed. Forgetting it is a rollback. */
export interface OpenTransaction<T> {
  readonly draft: TreeDraft<T>;
  /** Ends the transaction; the draft must not be used any more. */
  commit(): Commit<T>;
}

/** Begins a transaction over `before`, for those that span several trees; for one tree, {@link transact} is simpler. */
export function openTransaction<T>(before: ObjectTree<T>): OpenTransaction<T> {
  const nodes = before.thaw();
  const touched = new Map<Key, T | undefined>();
  const remember = (key: Key): void => {
    if (!touched.has(key)) touched.set(key, before.get(key));
  };
  const draft: TreeDraft<T> = {
    get: (key) => nodes.get(key),
    set: (key, value) => {
      remember(key);
      nodes.set(key, value);
    },
    delete: (key) => {
      remember(key);
      nodes.delete(key);
    },
  };
  const commit = (): Commit<T> => {
    const changes: Change<T>[] = [];
    for (const [key, old] of touched) {
      const after = nodes.get(key);
      if (after !== old) changes.push({ key, before: old, after });
    }
    return changes.length === 0 ? { before, after: before, changes } : { before, after: new ObjectTree(nodes), changes };
  };
  return { draft, commit };
}

/**
 * Changes a tree. When `recipe` throws, nothing has happened.
 *
 * @returns the tree before and after, and the net difference: a key that ends as it began is not in it.
 */
export function transact<T>(before: ObjectTree<T>, recipe: (draft: TreeDraft<T>) => void): Commit<T> {
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
  return transact(tree, (draft) => {
    const gone: Key[] = [];
    const old = tree.entries();
    let current = old.next();
    for (const [key, value] of entries) {
      while (!isDone(current) && current.value[0] < key) {
        gone.push(current.value[0]);
        current = old.next();
      }
      if (!isDone(current) && current.value[0] === key) {
        if (!isSame(current.value[1], value)) draft.set(key, value);
        current = old.next();
      } else {
        draft.set(key, value);
      }
    }
    for (; !isDone(current); current = old.next()) gone.push(current.value[0]);
    for (const key of gone) draft.delete(key);
  });
}

function isDone<T>(result: IteratorResult<T>): result is IteratorReturnResult<unknown> {
  return result.done === true;
}
