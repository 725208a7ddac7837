import type { Key } from './key.js';
import type { ListOptions } from './list-options.js';
import type { Revision } from './revision.js';

/**
 * What a processor is given and what it gives: an object, or with `value: null` the absence of one. `false`, `0` and `''` are
 * values, not absence.
 */
export interface KVChange<V = unknown> {
  readonly key: Key;
  readonly value: V | null;
  readonly revision?: Revision;
  readonly uid?: string;
  /** In an answer: the object it was made from, where that is not the one that was given. */
  readonly source?: Key;
}

/** The answer of a processor that could not convert everything: what it could say, and what was wrong. */
export interface PartialResult<V = unknown> {
  readonly changes: readonly KVChange<V>[];
  readonly error: Error;
}

/**
 * Converts the objects of one resource type into what the syncer shows (Calico watchersyncer, SyncerUpdateProcessor).
 *
 * It may answer with any number of objects and absences, for any keys, and may repeat itself: what does not change the picture is not
 * delivered. An object that cannot be converted should be treated as absent where its keys are known.
 *
 * What the syncer promises to it: calls are serial; a list is processed in key order whatever order the datastore gave, and its
 * outputs are compared as a set with what was there before, so nothing flickers while a list is replayed; a throw costs nobody but
 * the object that caused it.
 */
export interface SyncerUpdateProcessor<In = unknown, Out = In> {
  /** Converts one object, or its absence. Throwing is the same as answering with nothing and that error. */
  process(change: KVChange<In>): readonly KVChange<Out>[] | PartialResult<Out>;
  /** A complete list follows, every object of which will be given to {@link process}: forget what you know. */
  onSyncerStarting(): void;
}

/** One thing to mirror: what to list, and how to convert it. */
export interface ResourceType<In = unknown, Out = In> {
  readonly list: ListOptions;
  readonly updateProcessor?: SyncerUpdateProcessor<In, Out> | undefined;
  /** Which of several clients to use: see `createSyncer`. */
  readonly clientId?: string | undefined;
  /** Report every object as deleted when the datastore is lost for longer than the watch retry timeout. Default: keep them. */
  readonly deletesOnDisconnect?: boolean | undefined;
  /** What to show for an entry that becomes unreadable: the last state that could be read (default), or nothing. */
  readonly onMalformed?: 'keepLast' | 'delete' | undefined;
}
