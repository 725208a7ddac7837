/**
 * The public names that every seed asks for, as one file that must compile against the built package.
 *
 * It is compiled against the built package by surface.test.ts, with the types that a user's compiler sees.
 *
 * It pins names and members, not signatures: those follow TypeScript's habits (camelCase, errors are thrown,
 * `(value, exists, err)` becomes `value | undefined`, a stop channel becomes an AbortSignal, a result channel an AsyncIterable).
 * The Go name that a line stands for is in its comment. A name may be added to; none may be missing.
 */

/** Fails to compile when T lacks one of the members K. */
type Has<T, K extends keyof T> = K;

// ---------------------------------------------------------------- seed: calico-backend-api, calico-watchersyncer
import {
  SyncStatus, // api.SyncStatus; values WaitForDatastore, ResyncInProgress, InSync
  UpdateType, // api.UpdateType; values Unknown, New, Updated, Deleted
  WatchEventType, // api.WatchEventType; values Added, Modified, Deleted, Error (and Bookmark)
  createSyncer, // watchersyncer.New(client, resourceTypes, callbacks)
  syncerDefaults, // watchersyncer.MinResyncInterval, ListRetryInterval, WatchPollInterval
  ResourceAlreadyExistsError,
  ResourceDoesNotExistError,
  ResourceUpdateConflictError,
  OperationNotSupportedError,
  RevisionCompactedError,
  DatastoreUnavailableError,
  ValidationError,
  ParseError,
} from 'heliostat';
import type {
  Client, // api.Client
  KVPair, // model.KVPair
  KVPairList, // model.KVPairList
  ListOptions, // model.ListInterface
  ResourceType, // watchersyncer.ResourceType
  Revision,
  Syncer, // api.Syncer
  SyncerCallbacks, // api.SyncerCallbacks
  SyncerParseFailCallbacks, // api.SyncerParseFailCallbacks
  SyncerUpdateProcessor, // watchersyncer.SyncerUpdateProcessor
  Update, // api.Update
  Watch, // api.WatchInterface
  WatchEvent, // api.WatchEvent
} from 'heliostat';

export type ClientMembers = Has<
  Client,
  'create' | 'update' | 'apply' | 'delete' | 'get' | 'list' | 'watch' | 'syncer' | 'ensureInitialized' | 'clean' | 'close'
>;
export type KVPairMembers = Has<KVPair, 'key' | 'value' | 'revision'>;
export type KVPairListMembers = Has<KVPairList, 'items' | 'revision'>;
export type SyncerMembers = Has<Syncer, 'start' | 'stop' | 'status' | 'firstSync'>;
export type SyncerCallbackMembers = Has<SyncerCallbacks, 'onStatusUpdated' | 'onUpdates'>;
export type ParseFailMembers = Has<SyncerParseFailCallbacks, 'parseFailed'>;
export type UpdateMembers = Has<Update, 'type' | 'key' | 'value' | 'revision'>;
export type ResourceTypeMembers = Has<ResourceType, 'list' | 'updateProcessor'>;
export type ProcessorMembers = Has<SyncerUpdateProcessor, 'process' | 'onSyncerStarting'>;
export type WatchMembers = Has<Watch, 'stop' | 'hasTerminated'>; // ResultChan(): a Watch is an AsyncIterable of batches of WatchEvent
export type WatchIsIterable = Watch extends AsyncIterable<readonly WatchEvent[]> ? true : never;
export const watchIsIterable: WatchIsIterable = true;
export const statuses = [SyncStatus.WaitForDatastore, SyncStatus.ResyncInProgress, SyncStatus.InSync];
export const updateTypes = [UpdateType.Unknown, UpdateType.New, UpdateType.Updated, UpdateType.Deleted];
export const watchEventTypes = [
  WatchEventType.Added,
  WatchEventType.Modified,
  WatchEventType.Deleted,
  WatchEventType.Error,
  WatchEventType.Bookmark,
];
export type SyncerDefaults = Has<typeof syncerDefaults, 'minResyncInterval' | 'listRetryInterval' | 'watchPollInterval'>;
export type Rest = [ListOptions, Revision];
export const syncerValues = [
  createSyncer,
  ResourceAlreadyExistsError,
  ResourceDoesNotExistError,
  ResourceUpdateConflictError,
  OperationNotSupportedError,
  RevisionCompactedError,
  DatastoreUnavailableError,
  ValidationError,
  ParseError,
];

// ---------------------------------------------------------------- the statecharts and the reference datastore
import { reflectorMachine, syncerStatusMachine } from 'heliostat/machines';
import { MemoryDatastore } from 'heliostat/memory';

export const machines = [reflectorMachine, syncerStatusMachine];
export type MemoryIsClient = MemoryDatastore extends Client ? true : never;
export const memoryIsClient: MemoryIsClient = true;
