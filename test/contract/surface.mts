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

// ---------------------------------------------------------------- seed: kubernetes-client-cache
import {
  DeletedFinalStateUnknown,
  DeltaFIFO,
  DeltaType, // values Added, Updated, Deleted, Sync
  ExpirationCache,
  ExplicitKey,
  FakeExpirationPolicy,
  FIFO,
  KeyError,
  ListWatch,
  Poller,
  Reflector,
  StoreToControllerLister,
  StoreToNodeLister,
  StoreToPodLister,
  StoreToServiceLister,
  TTLPolicy,
  UndeltaStore,
  ZeroLengthDeltasError, // ErrZeroLengthDeltasObject
  createFakeExpirationStore,
  createIndexer,
  createListWatchFromClient,
  createNamespaceKeyedIndexerAndReflector,
  createStore,
  createThreadSafeStore,
  createTTLStore,
  metaNamespaceIndexFunc,
  metaNamespaceKeyFunc,
  newestDelta, // Deltas.Newest
  oldestDelta, // Deltas.Oldest
  splitMetaNamespaceKey,
} from 'heliostat/cache';
import type {
  Delta,
  DeltaCompressor,
  Deltas,
  Enumerator,
  ExpirationPolicy,
  GetFunc,
  Index,
  Indexer,
  Indexers,
  IndexFunc,
  Indices,
  KeyFunc,
  KeyGetter,
  KeyLister,
  ListerWatcher,
  ListFunc,
  Queue,
  Store,
  ThreadSafeStore,
  WatchFunc,
} from 'heliostat/cache';

type Obj = { readonly metadata: { readonly name: string } };
type StoreNames = 'add' | 'update' | 'delete' | 'list' | 'listKeys' | 'get' | 'getByKey' | 'replace';
export type StoreMembers = Has<Store<Obj>, StoreNames>;
export type IndexerMembers = Has<Indexer<Obj>, StoreNames | 'index' | 'byIndex' | 'addIndexers'>;
export type QueueMembers = Has<Queue<Obj>, StoreNames | 'pop' | 'addIfNotPresent' | 'close' | 'hasSynced'>;
export type ThreadSafeStoreMembers = Has<
  ThreadSafeStore<Obj>,
  'add' | 'update' | 'delete' | 'get' | 'list' | 'listKeys' | 'replace' | 'index'
>;
export type FIFOMembers = Has<FIFO<Obj>, StoreNames | 'pop' | 'addIfNotPresent'>;
export type DeltaFIFOMembers = Has<DeltaFIFO<Obj>, StoreNames | 'pop' | 'addIfNotPresent' | 'keyOf'>;
export type ExpirationCacheMembers = Has<ExpirationCache<Obj>, StoreNames>;
export type UndeltaStoreMembers = Has<UndeltaStore<Obj>, StoreNames>;
export type ReflectorMembers = Has<Reflector<Obj>, 'run' | 'lastSyncResourceVersion'>; // Run and RunUntil: run({ signal })
export type PollerMembers = Has<Poller<Obj>, 'run'>;
export type ListWatchMembers = Has<ListWatch<Obj>, 'list' | 'watch'>;
export type ListerWatcherMembers = Has<ListerWatcher<Obj>, 'list' | 'watch'>;
export type PolicyMembers = Has<ExpirationPolicy<Obj>, 'isExpired'>;
export type KeyListerMembers = Has<KeyLister, 'listKeys'>;
export type KeyGetterMembers = Has<KeyGetter<Obj>, 'getByKey'>;
export type PodListerMembers = Has<StoreToPodLister, 'list' | 'exists' | 'pods'>;
export type NodeListerMembers = Has<StoreToNodeLister, 'list' | 'getNodeInfo' | 'nodeCondition'>;
export type ServiceListerMembers = Has<StoreToServiceLister, 'list' | 'getPodServices'>;
export type ControllerListerMembers = Has<StoreToControllerLister, 'list' | 'exists' | 'getPodControllers'>;
export type TombstoneMembers = Has<DeletedFinalStateUnknown<Obj>, 'key' | 'object'>;
export const deltaTypes = [DeltaType.Added, DeltaType.Updated, DeltaType.Deleted, DeltaType.Sync];
export type CacheTypes = [
  Delta<Obj>,
  DeltaCompressor<Obj>,
  Deltas<Obj>,
  Enumerator<Obj>,
  GetFunc<Obj>,
  Index,
  Indexers<Obj>,
  IndexFunc<Obj>,
  Indices,
  KeyFunc<Obj>,
  ListFunc<Obj>,
  WatchFunc<Obj>,
];
export const cacheValues = [
  ExplicitKey,
  FakeExpirationPolicy,
  KeyError,
  TTLPolicy,
  ZeroLengthDeltasError,
  createFakeExpirationStore,
  createIndexer,
  createListWatchFromClient,
  createNamespaceKeyedIndexerAndReflector,
  createStore,
  createThreadSafeStore,
  createTTLStore,
  metaNamespaceIndexFunc,
  metaNamespaceKeyFunc,
  newestDelta,
  oldestDelta,
  splitMetaNamespaceKey,
];

// ---------------------------------------------------------------- seed: contiv-controller-api
import {
  AbortEventError,
  Controller, // the EventLoop
  DBResync,
  EventMethod, // EventMethodType; values FullResync, DownstreamResync, UpstreamResync, Update
  ExternalConfigChange,
  ExternalConfigResync,
  FatalError,
  HealingResync,
  HealingResyncType, // values Periodic, AfterError
  KubeStateChange,
  Shutdown,
  UpdateDirection, // UpdateDirectionType; values Forward, Reverse
  UpdateTransactionType, // values BestEffort, RevertOnFailure
  createKubeStateData, // NewKubeStateData
  deleteAll,
  putAll,
} from 'heliostat/controller';
import type {
  ConfigRetriever,
  Event,
  EventHandler,
  EventLoop,
  KeyValuePairs,
  KubeStateData,
  ResyncOperations,
  Transaction,
  UpdateEvent,
  UpdateOperations,
} from 'heliostat/controller';

export type EventMembers = Has<Event, 'name' | 'toString' | 'method' | 'isBlocking' | 'done'>;
export type UpdateEventMembers = Has<UpdateEvent, 'transactionType' | 'direction'>;
export type HandlerMembers = Has<EventHandler, 'name' | 'handlesEvent' | 'resync' | 'update' | 'revert'>;
export type LoopMembers = Has<EventLoop, 'pushEvent'>;
export type ControllerMembers = Has<Controller, 'pushEvent' | 'getConfig' | 'start' | 'close' | 'history'>;
export type ConfigMembers = Has<ConfigRetriever, 'getConfig'>;
export type ResyncOps = Has<ResyncOperations, 'put' | 'get'>;
export type UpdateOps = Has<UpdateOperations, 'put' | 'get' | 'delete'>;
export type TxnMembers = Has<Transaction, 'put' | 'get' | 'delete' | 'commit'>;
export type DBResyncMembers = Has<DBResync, 'local' | 'kubeState' | 'externalConfig'>;
export type KubeStateChangeMembers = Has<KubeStateChange, 'key' | 'resource' | 'prevValue' | 'newValue'>;
export type ExternalChangeMembers = Has<ExternalConfigChange, 'source' | 'updatedKVs' | 'wait'>;
export type ExternalResyncMembers = Has<ExternalConfigResync, 'source' | 'externalConfig' | 'wait'>;
export type HealingMembers = Has<HealingResync, 'type' | 'error'>;
export type ShutdownMembers = Has<Shutdown, 'wait'>;
export type AbortMembers = Has<AbortEventError, 'originalError'>;
export type FatalMembers = Has<FatalError, 'originalError'>;
export const methods = [EventMethod.FullResync, EventMethod.DownstreamResync, EventMethod.UpstreamResync, EventMethod.Update];
export const directions = [UpdateDirection.Forward, UpdateDirection.Reverse];
export const transactionTypes = [UpdateTransactionType.BestEffort, UpdateTransactionType.RevertOnFailure];
export const healingTypes = [HealingResyncType.Periodic, HealingResyncType.AfterError];
export type ControllerTypes = [KeyValuePairs, KubeStateData];
export const controllerValues = [createKubeStateData, deleteAll, putAll];

// ---------------------------------------------------------------- the statecharts and the reference datastore
import { eventLoopMachine, pollerMachine, reflectorMachine, syncerStatusMachine, transactionMachine } from 'heliostat/machines';
import { MemoryDatastore } from 'heliostat/memory';

export const machines = [eventLoopMachine, pollerMachine, reflectorMachine, syncerStatusMachine, transactionMachine];
export type MemoryIsClient = MemoryDatastore extends Client ? true : never;
export const memoryIsClient: MemoryIsClient = true;
