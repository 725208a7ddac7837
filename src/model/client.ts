/// <reference lib="esnext.disposable" preserve="true" />
import type { Key } from './key.js';
import type { KVPair, KVPairList } from './kv-pair.js';
import type { ListOptions, ListRequest, WatchRequest } from './list-options.js';
import type { ResourceType } from './resource-type.js';
import type { Revision } from './revision.js';
import type { Syncer, SyncerCallbacks, SyncerOptions } from './syncer.js';
import type { Watch } from './watch.js';

/** How a single call may be cancelled. An aborted call rejects with the signal's reason. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** How an object is read. */
export interface GetOptions extends CallOptions {
  /** Read the state the object had at this revision. Absent: the latest. */
  readonly revision?: Revision | undefined;
}

/** Under which condition something is deleted. */
export interface DeleteOptions extends CallOptions {
  /** Only if the object at the key is still at this revision. */
  readonly revision?: Revision | undefined;
  /** Only if the object at the key still has this identity. */
  readonly uid?: string | undefined;
}

/** What a delete removed: every object at and below the key, as they were, and the revision of the deletion. */
export interface DeleteResult<V = unknown> {
  readonly items: readonly KVPair<V>[];
  readonly revision: Revision;
}

/** What a datastore can do beyond listing. What is `false` rejects with an OperationNotSupportedError. */
export interface ClientCapabilities {
  /** Objects can be created, updated, applied and deleted. */
  readonly writes: boolean;
  readonly watch: boolean;
  /** Objects and lists can be read as they were at an earlier revision. */
  readonly history: boolean;
  /** Lists can be read page by page, all pages at one revision. */
  readonly paging: boolean;
  /** A watch can begin with the list. */
  readonly initialList: boolean;
  /** A quiet watch sends bookmarks. */
  readonly bookmarks: boolean;
  /** Modified and Deleted events carry the state before. */
  readonly previousValues: boolean;
  /** Objects can be given a time to live. */
  readonly ttl: boolean;
  /** `delete` honours `revision` and `uid`. */
  readonly deleteConditions: boolean;
  /** Several objects can be written at one revision, or none of them. */
  readonly transactions: boolean;
  /** What is handed out is frozen plain data already, so nobody needs to look at it again. */
  readonly immutableValues: boolean;
}

/**
 * What a mirror needs of a datastore: to list and to watch. Both are enough for {@link createSyncer}.
 *
 * Objects handed out belong to the receiver, who freezes them: hand out copies of what you keep.
 */
export interface ListWatchClient<V = unknown> {
  readonly capabilities: Readonly<Partial<ClientCapabilities>>;
  /**
   * Lists what matches.
   *
   * @throws RevisionCompactedError, RevisionTooNewError when `request.revision` cannot be served; ApiMissingError when the kind is not
   * installed; DatastoreUnavailableError, DatastoreThrottledError, UnauthorizedError. A failure is never an empty list.
   */
  list(options: ListOptions, request?: ListRequest): Promise<KVPairList<V>>;
  /**
   * Follows what matches. Resolves when the datastore has accepted the watch.
   *
   * @throws as {@link ListWatchClient.list}, and OperationNotSupportedError where there is no watch. What goes wrong later ends the
   * iteration.
   */
  watch(options: ListOptions, request?: WatchRequest): Promise<Watch<V>>;
  /** Tells which of two revisions came later: negative, zero, positive. Absent where the order is unknown. */
  compareRevisions?(a: Revision, b: Revision): number;
}

/** One step of a transaction. */
export type Operation<V = unknown> =
  | { readonly op: 'create' | 'update' | 'apply'; readonly object: KVPair<V> }
  | { readonly op: 'delete'; readonly key: Key; readonly revision?: Revision | undefined; readonly uid?: string | undefined };

/** What a transaction did: for each operation, in order, what it wrote or what it removed. */
export interface TransactionResult<V = unknown> {
  readonly revision: Revision;
  readonly results: readonly (readonly KVPair<V>[])[];
}

/** A datastore, without the syncer that a {@link Client} builds from it. This is what a backend implements. */
export interface Backend<V = unknown> extends ListWatchClient<V>, AsyncDisposable {
  /**
   * Creates an object. `revision` and `uid` of the argument are ignored.
   *
   * @returns the object with its revision.
   * @throws ResourceAlreadyExistsError, ValidationError; OutcomeUnknownError when the answer was lost.
   */
  create(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>>;
  /**
   * Replaces an object. With `object.revision`, only if it is still the current one; with `object.uid`, only if it is still the same
   * object. Without `ttl` it no longer expires.
   *
   * @throws ResourceDoesNotExistError, ResourceUpdateConflictError, ValidationError; OutcomeUnknownError when the answer was lost.
   */
  update(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>>;
  /**
   * Creates the object or replaces it, whatever its revision.
   *
   * @throws ValidationError; OutcomeUnknownError when the answer was lost.
   */
  apply(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>>;
  /**
   * Deletes the object at `key` and every object below it, all at one revision. Watches report each of them.
   *
   * @throws ResourceDoesNotExistError when there is none; ResourceUpdateConflictError when `revision` or `uid` is given and the object
   * at `key` has another; OutcomeUnknownError when the answer was lost.
   */
  delete(key: Key, options?: DeleteOptions): Promise<DeleteResult<V>>;
  /**
   * Does all of the operations at one revision, or none of them. No key may be touched by two.
   *
   * @throws as the operations by themselves, and ValidationError when two of them touch one key. Absent where `capabilities` says so.
   */
  transaction?(operations: readonly Operation<V>[], options?: CallOptions): Promise<TransactionResult<V>>;
  /**
   * Reads one object.
   *
   * @throws ResourceDoesNotExistError, RevisionCompactedError, RevisionTooNewError; ParseError when the entry cannot be read.
   */
  get(key: Key, options?: GetOptions): Promise<KVPair<V>>;
  /** Makes the datastore ready to be used. Can be called as often as you like. */
  ensureInitialized(options?: CallOptions): Promise<void>;
  /** Deletes everything. For tests. */
  clean(options?: CallOptions): Promise<void>;
  /** Settles every pending call, ends every watch and releases everything. Later calls reject with a ClosedError. */
  close(): Promise<void>;
}

/** A datastore (Calico backend API, Client). Every method that waits takes an `AbortSignal`. */
export interface Client<V = unknown> extends Backend<V> {
  /** Builds a syncer over this client: the same as `createSyncer(client, types, callbacks, options)`. */
  syncer<Out = V>(types: readonly ResourceType<V, Out>[], callbacks?: SyncerCallbacks<Out>, options?: SyncerOptions): Syncer<Out>;
}
