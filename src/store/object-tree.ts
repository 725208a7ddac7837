/**
 * The object tree: an immutable, ordered map from keys to anything, with prefix scans and differences.
 *
 * A leaf of the immutable state: a copy-on-write B-tree, frozen. A changed copy shares all untouched nodes with the original, so
 * keeping many versions costs what changed between them, and a change costs the logarithm of the size
 * (docs/adr/0002-immutable-state.md has the measurements that led here).
 */
import BTreeModule from 'sorted-btree';
import { bulkLoad } from 'sorted-btree/extended/bulkLoad.js';
import diffModule from 'sorted-btree/extended/diffAgainst.js';
import type BTree from 'sorted-btree';
import type { Key } from '../model/key.js';

const BTreeClass = unwrap(BTreeModule);
const diffAgainst = unwrap(diffModule);

type Nodes<T> = BTree.default<Key, T>;

/** The keys from `from` (included) to `to` (excluded). */
export interface KeyRange {
  readonly from: Key;
  readonly to: Key;
}

/** One key that differs between two trees: absent on one side, or different. */
export interface Change<T> {
  readonly key: Key;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** Keys in a node at most: the default of the library. */
const maxNodeSize = 32;

function compareKeys(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An immutable ordered map. Take {@link emptyTree} and go on from there with `transact`. */
export class ObjectTree<T> implements Iterable<readonly [Key, T]> {
  private readonly nodes: Nodes<T>;

  /** @internal */
  constructor(nodes: Nodes<T>) {
    nodes.freeze();
    this.nodes = nodes;
    Object.freeze(this);
  }

  get size(): number {
    return this.nodes.size;
  }

  get(key: Key): T | undefined {
    return this.nodes.get(key);
  }

  has(key: Key): boolean {
    return this.nodes.has(key);
  }

  /** All keys, in order. */
  keys(): readonly Key[] {
    return this.nodes.keysArray();
  }

  /** All values, in the order of their keys. */
  values(): readonly T[] {
    return this.nodes.valuesArray();
  }

  /** In key order, from `first` on. */
  entries(first?: Key): IterableIterator<readonly [Key, T]> {
    return this.nodes.entries(first);
  }

  [Symbol.iterator](): IterableIterator<readonly [Key, T]> {
    return this.entries();
  }

  /** Calls `visit` for each key in `range`, in order, until it returns false. */
  scan(range: KeyRange | undefined, visit: (value: T, key: Key) => boolean | void): void {
    for (const [key, value] of this.nodes.entries(range?.from, [])) {
      if ((range !== undefined && key >= range.to) || visit(value, key) === false) return;
    }
  }

  /** What leads from `earlier` to this tree, in key order. Nodes that both share are not visited. */
  diff(earlier: ObjectTree<T>): readonly Change<T>[] {
    if (earlier.nodes === this.nodes) return [];
    const changes: Change<T>[] = [];
    diffAgainst<Key, T, never>(
      earlier.nodes,
      this.nodes,
      (key, before) => void changes.push({ key, before, after: undefined }),
      (key, after) => void changes.push({ key, before: undefined, after }),
      (key, before, after) => void changes.push({ key, before, after }),
    );
    return changes.toSorted((a, b) => compareKeys(a.key, b.key)); // the walk may begin at either end
  }

  /** The next version: this one with `changes`, which are differences from it. For `transact` alone. @internal */
  changed(changes: readonly Change<T>[]): ObjectTree<T> {
    if (changes.length === 0) return this;
    const nodes = this.nodes.clone();
    for (const { key, after } of changes) {
      if (after === undefined) nodes.delete(key);
      else nodes.set(key, after);
    }
    return new ObjectTree(nodes);
  }
}

const empty = new ObjectTree<never>(new BTreeClass<Key, never>(undefined, compareKeys, maxNodeSize));

/** The tree without keys. */
export function emptyTree<T>(): ObjectTree<T> {
  return empty;
}

/**
 * The tree that holds each of `values` by its key of `keys`, which must be in order without repetition.
 *
 * @internal
 */
export function treeOf<T>(keys: Key[], values: T[]): ObjectTree<T> {
  return keys.length === 0 ? empty : new ObjectTree(bulkLoad(keys, values, maxNodeSize, compareKeys));
}

/** The package is CommonJS: its exports arrive as the default export, except where a loader has unwrapped them already. */
function unwrap<T extends object>(module: { readonly default: T }): T {
  return 'default' in module ? module.default : module;
}
