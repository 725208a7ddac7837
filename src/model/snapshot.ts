import type { Key } from './key.js';
import type { KVPair } from './kv-pair.js';
import type { ListOptions } from './list-options.js';

/** One key that differs between two pictures: absent in the earlier one, absent in the later one, or different. */
export interface Difference<V = unknown> {
  readonly key: Key;
  readonly before: KVPair<V> | undefined;
  readonly after: KVPair<V> | undefined;
}

/** A picture that never changes. Taking one costs nothing; it shares what it can with the pictures before and after it. */
export interface Snapshot<V = unknown> extends Iterable<KVPair<V>> {
  /** How many objects it holds. */
  readonly size: number;
  get(key: Key): KVPair<V> | undefined;
  has(key: Key): boolean;
  /** The objects that match, in key order. Without options: all of them. */
  list(options?: ListOptions): readonly KVPair<V>[];
  /** What changed since `earlier`, in key order; the cost follows the number of changes, not of objects. */
  diff(earlier: Snapshot<V>): readonly Difference<V>[];
}
