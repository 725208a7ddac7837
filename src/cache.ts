/** `heliostat/cache`: what the author of a controller reaches for every day (client-go, tools/cache). */
export { IndexError, KeyError, ZeroLengthDeltasError } from './cache/errors.js';
export { createFakeExpirationStore, createTTLStore } from './cache/expiration/create-expiring-stores.js';
export type { TTLStoreOptions } from './cache/expiration/create-expiring-stores.js';
export { ExpirationCache } from './cache/expiration/expiration-cache.js';
export type { ExpirationCacheOptions } from './cache/expiration/expiration-cache.js';
export { FakeExpirationPolicy, TTLPolicy } from './cache/expiration/expiration-policy.js';
export type {
  ExpirationPolicy,
  FakeExpirationPolicyOptions,
  TimestampedEntry,
  TTLPolicyOptions,
} from './cache/expiration/expiration-policy.js';
export { OverflowError } from './cache/informer/errors.js';
export type { TransformFunc } from './cache/informer/admission.js';
export type { HandlerReport } from './cache/informer/audience.js';
export type {
  AddDetails,
  Backpressure,
  Deleted,
  HandlerOptions,
  HandlerRegistration,
  ResourceEventHandler,
  UpdateDetails,
} from './cache/informer/handler.js';
export type { IndexerView } from './cache/informer/indexer-view.js';
export { Informer } from './cache/informer/informer.js';
export type { Feed, FeedHost, InformerOptions, InformerReport } from './cache/informer/options.js';
export type { InformerProblem } from './cache/informer/problems.js';
export { SharedInformer } from './cache/informer/shared-informer.js';
export type { SharedInformerOptions, SharedInformerReport } from './cache/informer/shared-informer.js';
export { createIndexer, createStore } from './cache/keyed-store.js';
export {
  DeletedFinalStateUnknown,
  ExplicitKey,
  metaNamespaceIndexFunc,
  metaNamespaceKeyFunc,
  splitMetaNamespaceKey,
} from './cache/keys.js';
export type { Keyed, KeyFunc, ObjectMeta } from './cache/keys.js';
export { StoreToControllerLister } from './cache/listers/controller-lister.js';
export { StoreToNodeLister } from './cache/listers/node-lister.js';
export type { NodeConditionLister } from './cache/listers/node-lister.js';
export type { ListableStore, NamespaceLister } from './cache/listers/object-lister.js';
export type {
  ListedMetadata,
  ListedObject,
  Names,
  Node,
  NodeCondition,
  Pod,
  PodSelecting,
  ReplicationController,
  Service,
} from './cache/listers/objects.js';
export { StoreToPodLister } from './cache/listers/pod-lister.js';
export { StoreToServiceLister } from './cache/listers/service-lister.js';
export { enumeratorOf } from './cache/poller/enumerator.js';
export type { Enumerator, GetFunc } from './cache/poller/enumerator.js';
export { Poller, pollerDefaults } from './cache/poller/poller.js';
export type { PollerOptions } from './cache/poller/poller.js';
export type { PollErrorHandler, PollStage } from './cache/poller/polling-run.js';
export { DeltaType, keepNewest, newestDelta, oldestDelta } from './cache/queues/delta.js';
export type { Delta, DeltaCompressor, Deltas } from './cache/queues/delta.js';
export { DeltaFIFO } from './cache/queues/delta-fifo.js';
export type { ItemContext, ItemHandler } from './cache/queues/blocking-queue.js';
export type { QueueOptions } from './cache/queues/admission.js';
export type { DeltaFIFOOptions } from './cache/queues/delta-fifo.js';
export { FIFO } from './cache/queues/fifo.js';
export type { FIFOOptions } from './cache/queues/fifo.js';
export type { PopOptions, Queue } from './cache/queue.js';
export { cacheReflectorDefaults } from './cache/reflector/defaults.js';
export type { ExpectedType, TypeMeta } from './cache/reflector/expected-type.js';
export { createListWatchFromClient } from './cache/reflector/list-watch-from-client.js';
export type { FieldMatcher, LabelMatcher, ListWatchSelector } from './cache/reflector/list-watch-from-client.js';
export { ListWatch } from './cache/reflector/lister-watcher.js';
export type { ListerWatcher, ListFunc, ListWatchOptions, WatchFunc } from './cache/reflector/lister-watcher.js';
export { createNamespaceKeyedIndexerAndReflector } from './cache/reflector/namespace-keyed.js';
export type { IndexerAndReflector, IndexerAndReflectorOptions } from './cache/reflector/namespace-keyed.js';
export type { ReflectorOptions } from './cache/reflector/options.js';
export type { ReflectorProblem } from './cache/reflector/problems.js';
export { Reflector } from './cache/reflector/reflector.js';
export type { ReflectorReport, ReflectorRunOptions } from './cache/reflector/reflector.js';
export { labelSelectorFromApi } from './cache/selectors/api-selector.js';
export type { ApiLabelRequirement, ApiLabelSelector } from './cache/selectors/api-selector.js';
export { parseFieldSelector } from './cache/selectors/field-parser.js';
export { escapeFieldValue, fieldSelectorOf } from './cache/selectors/field-selector.js';
export type { FieldRequirement, FieldSelector } from './cache/selectors/field-selector.js';
export { parseLabelSelector } from './cache/selectors/label-parser.js';
export { everything, labelSelectorOf, nothing } from './cache/selectors/label-selector.js';
export type { Labels, LabelSelector } from './cache/selectors/label-selector.js';
export type { LabelOperator, LabelRequirement, LabelRequirementInput } from './cache/selectors/requirement.js';
export { SelectorSyntaxError } from './cache/selectors/syntax-error.js';
export type { SelectorSyntaxDetails } from './cache/selectors/syntax-error.js';
export type {
  Index,
  Indexer,
  Indexers,
  IndexFunc,
  IndexReader,
  Indices,
  KeyedOperation,
  KeyGetter,
  KeyLister,
  ObjectChange,
  Snapshots,
  SnapshotStore,
  Store,
  StoreCommit,
  StoreOperation,
  StoreOptions,
  StoreSnapshot,
  SubscribeOptions,
  ThreadSafeSnapshot,
  ThreadSafeStore,
} from './cache/store.js';
export { createThreadSafeStore } from './cache/thread-safe-store.js';
export { UndeltaStore } from './cache/undelta-store.js';
export type { UndeltaStoreOptions } from './cache/undelta-store.js';
export { defaultItemLimiter, exponentialItemLimiter, slowestOf, tokenBucketLimiter } from './cache/work-queue/item-limiter.js';
export type { ExponentialItemLimiterOptions, ItemLimiter, TokenBucketLimiterOptions } from './cache/work-queue/item-limiter.js';
export type { WaitOptions, WorkQueueOptions, WorkQueueReport } from './cache/work-queue/options.js';
export type { Reconcile, ReconcileContext, ReconcileFailure, Requeue, RunOptions } from './cache/work-queue/reconcile.js';
export { WorkQueue } from './cache/work-queue/work-queue.js';
