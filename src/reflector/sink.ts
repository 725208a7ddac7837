import type { Failure } from '../model/failure.js';
import type { KVPairList } from '../model/kv-pair.js';
import type { WatchEvent } from '../model/watch.js';

/**
 * Where a reflector puts what it reads. Every method is called inside a transition of its chart: it must neither wait nor throw, and
 * must not call anybody's callback.
 */
export interface ReflectorSink<V> {
  /** Everything there is, complete: whatever is not in it is gone, except for entries that cannot be read. */
  replaceAll(list: KVPairList<V>): void;
  /** What changed since, as one change. Never empty. */
  commit(events: readonly WatchEvent<V>[]): void;
  /** There is nothing any more: the kind has lost its API. */
  removeAll(): void;
  /** It is time to hand everything out again. */
  redeliver(): void;
  /** The datastore counts as lost. */
  disconnected(): void;
  /** A list failed while the datastore counts as lost; so many have failed in a row. */
  listFailed(failure: Failure, attempts: number): void;
  /** The datastore that counted as lost has answered. */
  reconnected(): void;
}
