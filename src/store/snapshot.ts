import type { Key } from '../model/key.js';
import type { KVPair } from '../model/kv-pair.js';
import type { ListOptions } from '../model/list-options.js';
import type { Difference, Snapshot } from '../model/snapshot.js';
import { emptyTree, type ObjectTree } from './object-tree.js';
import { compileSelector, scanSelected } from './selector.js';

/** A picture over an object tree. */
export class TreeSnapshot<V> implements Snapshot<V> {
  readonly #tree: ObjectTree<KVPair<V>>;

  constructor(tree: ObjectTree<KVPair<V>>) {
    this.#tree = tree;
    Object.freeze(this);
  }

  get size(): number {
    return this.#tree.size;
  }

  get(key: Key): KVPair<V> | undefined {
    return this.#tree.get(key);
  }

  has(key: Key): boolean {
    return this.#tree.has(key);
  }

  list(options: ListOptions = {}): readonly KVPair<V>[] {
    const found: KVPair<V>[] = [];
    scanSelected(this.#tree, compileSelector(options), (pair) => void found.push(pair));
    return found;
  }

  diff(earlier: Snapshot<V>): readonly Difference<V>[] {
    if (earlier instanceof TreeSnapshot) return this.#tree.diff(earlier.#tree);
    return this.#diffAgainstAny(earlier);
  }

  *[Symbol.iterator](): Iterator<KVPair<V>> {
    for (const [, pair] of this.#tree) yield pair;
  }

  /** For snapshots that somebody else made, a test double say: correct, without shared nodes to skip. */
  #diffAgainstAny(earlier: Snapshot<V>): readonly Difference<V>[] {
    const keys = new Set([...earlier, ...this].map(({ key }) => key));
    return [...keys]
      .toSorted((a, b) => (a < b ? -1 : 1))
      .map((key) => ({ key, before: earlier.get(key), after: this.get(key) }))
      .filter(({ before, after }) => before !== after);
  }
}

/** The picture without objects. */
export function emptySnapshot<V>(): Snapshot<V> {
  return new TreeSnapshot<V>(emptyTree());
}
