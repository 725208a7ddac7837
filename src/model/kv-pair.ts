import type { ParseError } from './errors.js';
import type { Key } from './key.js';
import type { Revision } from './revision.js';

/**
 * One object of a datastore: its key, its value, and what the datastore knows about them.
 *
 * Pairs that come out of this package are deep-frozen. A value is plain data, as JSON can carry it, and never `null` or `undefined`:
 * those mean "no object". `false`, `0` and `''` are values.
 */
export interface KVPair<V = unknown> {
  readonly key: Key;
  readonly value: V;
  /** Where in the history this state of the object was written. On `update` and `delete`: write only if it is still the current one. */
  readonly revision?: Revision;
  /** Tells an object from another that had the same key before it. Given by the datastore. */
  readonly uid?: string;
  /** How long the object lives without being written again, in milliseconds. Absent: until it is deleted. */
  readonly ttl?: number;
  /** In the picture of a syncer: the object of the datastore from which a processor made this one. Absent where they are the same. */
  readonly source?: Key;
}

/** Everything a list found, at one revision. */
export interface KVPairList<V = unknown> {
  readonly items: readonly KVPair<V>[];
  /**
   * The revision of the whole collection: a watch from it misses nothing. Absent when the datastore has none to give, and then no
   * watch can follow; `''` and `'0'`, Kubernetes' words for "any", count as absent. Never the revision of an item.
   */
  readonly revision?: Revision;
  /** Present when there are more pages: pass it to the next list with the same options. Every page is of the same revision. */
  readonly continue?: string;
  /** Entries that the datastore holds and that cannot be read. They are not in `items`, and they are not deleted either. */
  readonly malformed?: readonly ParseError[];
  /** Which datastore answered, where it can tell: after a restore or a rebuild it is another one, whose revisions start anew. */
  readonly storeId?: string;
}
