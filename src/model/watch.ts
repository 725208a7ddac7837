/// <reference lib="esnext.disposable" preserve="true" />
import type { ParseError } from './errors.js';
import type { KVPair } from './kv-pair.js';
import type { Revision } from './revision.js';

/** What a watch event reports. */
export const WatchEventType = {
  Added: 'ADDED',
  Modified: 'MODIFIED',
  Deleted: 'DELETED',
  Error: 'ERROR',
  Bookmark: 'BOOKMARK',
  Mended: 'MENDED',
} as const;
export type WatchEventType = (typeof WatchEventType)[keyof typeof WatchEventType];

/** An object that was not there, or did not match, before. */
export interface AddedEvent<V = unknown> {
  readonly type: typeof WatchEventType.Added;
  readonly revision: Revision;
  readonly new: KVPair<V>;
}

/** An object that was there before, with the state it had where the datastore tells. */
export interface ModifiedEvent<V = unknown> {
  readonly type: typeof WatchEventType.Modified;
  readonly revision: Revision;
  readonly old?: KVPair<V>;
  readonly new: KVPair<V>;
}

/**
 * An object that is gone, or no longer matches. `revision` is that of the deletion, not the one the object had: a watch resumed from
 * the latter would tell the past again.
 */
export interface DeletedEvent<V = unknown> {
  readonly type: typeof WatchEventType.Deleted;
  readonly revision: Revision;
  readonly old: KVPair<V> | Pick<KVPair<V>, 'key'>;
}

/** Everything up to `revision` has been reported. */
export interface BookmarkEvent {
  readonly type: typeof WatchEventType.Bookmark;
  readonly revision: Revision;
  /** The initial list that was asked for is complete with this. */
  readonly initialListEnd?: boolean;
}

/** One entry cannot be read. The watch goes on. */
export interface ErrorEvent {
  readonly type: typeof WatchEventType.Error;
  readonly revision: Revision;
  readonly error: ParseError;
}

/** The entry `rawKey`, reported unreadable before, is readable or gone. Data events of a key say so by themselves. */
export interface MendedEvent {
  readonly type: typeof WatchEventType.Mended;
  readonly revision: Revision;
  readonly rawKey: string;
}

/** One thing that a watch reports. `revision` never decreases along a watch. */
export type WatchEvent<V = unknown> = AddedEvent<V> | ModifiedEvent<V> | DeletedEvent<V> | BookmarkEvent | ErrorEvent | MendedEvent;

/**
 * A stream of batches of events: each batch is what one read of the transport brought, never empty, and all events of one revision
 * are in one batch.
 *
 * It can be iterated once. The iteration ends when the watch is stopped, when the datastore closes the stream in peace, or by
 * throwing the error that ended it (RevisionCompactedError, DatastoreUnavailableError, DatastoreThrottledError, ...).
 * Leaving the loop stops the watch.
 */
export interface Watch<V = unknown> extends AsyncIterable<readonly WatchEvent<V>[]>, AsyncDisposable {
  /** Ends the watch and releases what it holds. Can be called at any time and as often as you like. */
  stop(): Promise<void>;
  /** Whether the watch has ended and holds nothing any more. */
  readonly hasTerminated: boolean;
}
