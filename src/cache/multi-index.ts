/**
 * One index as an immutable value: which objects have which values.
 *
 * It remembers the values that each object was found under. So it can never hold on to a value that an object has no more, whatever an
 * index function does: one that throws, or that says something else the second time, included.
 */
import { emptyTree, treeOf, type Change, type ObjectTree } from '../store/object-tree.js';
import { applyChanges, transact } from '../store/transact.js';
import { IndexError } from './errors.js';
import type { IndexFunc } from './store.js';

/** The values an object has in an index; why it has none, when its function failed. */
type Indexed = readonly string[] | IndexError;

/** An index and everything in it. */
export interface MultiIndex<T> {
  readonly name: string;
  readonly func: IndexFunc<T>;
  readonly valuesOf: ObjectTree<Indexed>;
  /** The keys of the objects for which the function failed. */
  readonly failed: ObjectTree<true>;
  /** Never an empty set. */
  readonly keysOf: ObjectTree<ObjectTree<true>>;
}

/** An index over `objects`. Failures are added to `failures`. */
export function indexOver<T>(name: string, func: IndexFunc<T>, objects: ObjectTree<T>, failures: IndexError[]): MultiIndex<T> {
  const nothing: MultiIndex<T> = { name, func, valuesOf: emptyTree(), failed: emptyTree(), keysOf: emptyTree() };
  const changes = Array.from(objects, ([key, after]) => ({ key, before: undefined, after }));
  return indexAfter(nothing, changes, failures);
}

/** The index after its objects have changed. Failures are added to `failures`. */
export function indexAfter<T>(index: MultiIndex<T>, changes: readonly Change<T>[], failures: IndexError[]): MultiIndex<T> {
  const found: Change<Indexed>[] = [];
  const failed: Change<true>[] = [];
  const moves = new Map<string, Change<true>[]>();
  const move = (value: string, change: Change<true>): void => {
    const known = moves.get(value);
    if (known === undefined) moves.set(value, [change]);
    else known.push(change);
  };
  for (const { key, after: object } of changes) {
    const before = index.valuesOf.get(key);
    const after = object === undefined ? undefined : valuesOf(index, key, object);
    if (after instanceof IndexError) failures.push(after);
    const left = before instanceof IndexError ? [] : (before ?? []);
    const entered = after instanceof IndexError ? [] : (after ?? []);
    if (areSame(before, after, left, entered)) continue;
    found.push({ key, before, after });
    for (const value of without(left, entered)) move(value, { key, before: true, after: undefined });
    for (const value of without(entered, left)) move(value, { key, before: undefined, after: true });
    if (isFailure(before) !== isFailure(after)) failed.push({ key, before: isFailure(before), after: isFailure(after) });
  }
  if (found.length === 0) return index;
  const valuesOfThem = changed(index.valuesOf, found);
  return { ...index, valuesOf: valuesOfThem, failed: changed(index.failed, failed), keysOf: keysAfter(index.keysOf, moves) };
}

/** The keys of the objects that have `value`, in order. */
export function keysWith<T>(index: MultiIndex<T>, value: string): readonly string[] {
  return index.keysOf.get(value)?.keys() ?? [];
}

/** The values of an object that need not be in the index, each once. @throws IndexError when its function fails. */
export function valuesIn<T>(index: MultiIndex<T>, object: T): readonly string[] {
  const values = valuesOf(index, 'the object that is asked for', object);
  if (values instanceof IndexError) throw values;
  return values;
}

function valuesOf<T>({ name, func }: MultiIndex<T>, key: string, object: T): Indexed {
  try {
    const values: unknown = func(object);
    if (values === undefined) return [];
    if (typeof values === 'string') return [values];
    if (!Array.isArray(values)) throw new TypeError(`it returned ${typeof values} instead of an array of strings`);
    for (const value of values as readonly unknown[]) {
      if (typeof value !== 'string') throw new TypeError(`one of the values that it returned is ${typeof value}, not a string`);
    }
    return Object.freeze([...new Set(values as readonly string[])]);
  } catch (cause) {
    return new IndexError(name, { key, cause });
  }
}

function isFailure(values: Indexed | undefined): true | undefined {
  return values instanceof IndexError ? true : undefined;
}

/** More values than this are looked for in a set. */
const fewValues = 8;

function without(values: readonly string[], others: readonly string[]): readonly string[] {
  if (others.length === 0) return values;
  const set = others.length > fewValues ? new Set(others) : undefined;
  return values.filter((value) => !(set?.has(value) ?? others.includes(value)));
}

function areSame(
  before: Indexed | undefined,
  after: Indexed | undefined,
  left: readonly string[],
  entered: readonly string[],
): boolean {
  if (before === undefined || after === undefined) return before === after;
  if (before instanceof IndexError || after instanceof IndexError) return false;
  return left.length === entered.length && left.every((value, place) => value === entered[place]);
}

function keysAfter(
  keysOf: ObjectTree<ObjectTree<true>>,
  moves: ReadonlyMap<string, readonly Change<true>[]>,
): ObjectTree<ObjectTree<true>> {
  const none = emptyTree<true>();
  if (keysOf.size === 0) {
    const values = [...moves.keys()].toSorted();
    return treeOf(
      values,
      values.map((value) => changed(none, moves.get(value) ?? [])),
    );
  }
  const commit = transact(keysOf, (draft) => {
    for (const [value, changes] of moves) {
      const keys = changed(draft.get(value) ?? none, changes);
      if (keys.size === 0) draft.delete(value);
      else draft.set(value, keys);
    }
  });
  return commit.after;
}

/** What is put into an empty tree is loaded in bulk. */
function changed<V>(tree: ObjectTree<V>, changes: readonly Change<V>[]): ObjectTree<V> {
  if (tree.size > 0 || changes.length < 2) return applyChanges(tree, changes).after;
  const sorted = changes.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const kept = sorted.flatMap(({ key, after }) => (after === undefined ? [] : [{ key, after }]));
  return treeOf(
    kept.map(({ key }) => key),
    kept.map(({ after }) => after),
  );
}
