/** `heliostat/controller`: a transactional event loop with healing (Contiv controller). */
export { Controller } from './controller/controller.js';
export type { EventLoop } from './controller/events/event-loop.js';
export {
  AbortEventError,
  EventFailedError,
  EventLoopAbortingError,
  EventQueueFullError,
  FatalError,
  StartupDeadlineError,
  TimedOutError,
  TransactionError,
  WouldDeadlockError,
} from './controller/errors.js';
export type { AttributedFailure } from './controller/errors.js';
export { AnsweredEvent } from './controller/events/answered-event.js';
export type { WaitOptions } from './controller/events/answered-event.js';
export { DBResync } from './controller/events/db-resync.js';
export type { DBResyncOptions } from './controller/events/db-resync.js';
export { EventMethod, isResync, isUpdateEvent, UpdateDirection, UpdateTransactionType } from './controller/events/event.js';
export type { Event, UpdateEvent } from './controller/events/event.js';
export { ExternalConfigChange } from './controller/events/external-config-change.js';
export type { ExternalConfigChangeOptions } from './controller/events/external-config-change.js';
export { ExternalConfigResync } from './controller/events/external-config-resync.js';
export type { ExternalConfigResyncOptions } from './controller/events/external-config-resync.js';
export { HealingResync, HealingResyncType } from './controller/events/healing-resync.js';
export type { HealingResyncOptions } from './controller/events/healing-resync.js';
export { KubeStateChange } from './controller/events/kube-state-change.js';
export type { KubeStateChangeOptions } from './controller/events/kube-state-change.js';
export { Shutdown } from './controller/events/shutdown.js';
export { datastoreSource } from './controller/external/source.js';
export type { ExternalConfigSource, VersionedSnapshot } from './controller/external/source.js';
export { defaultMergeStrategy } from './controller/external/strategy.js';
export type { MergeFunction, MergeRule, MergeStrategy } from './controller/external/strategy.js';
export type { ConfigRetriever, EventHandler, ResyncOperations, Transaction, UpdateOperations } from './controller/handler.js';
export { parseHistory, toJSONLines } from './controller/history/json-lines.js';
export { formatRecords } from './controller/history/print.js';
export type {
  EventHistory,
  EventRecord,
  HandlerRecord,
  HistoryQuery,
  RecordedChange,
  RecordedError,
  RecordedFailure,
  RetentionOptions,
  TransactionRecord,
} from './controller/history/record.js';
export { formatTransaction } from './controller/history/transaction-table.js';
export { createKubeStateData } from './controller/key-values.js';
export type { KeyValuePairs, KubeStateData } from './controller/key-values.js';
export { createHandler } from './controller/kit/create-handler.js';
export type { KitHandler } from './controller/kit/create-handler.js';
export { planOf } from './controller/kit/dry-run.js';
export type { PlanOptions } from './controller/kit/dry-run.js';
export type { HandlerOptions, KitResync, KitUpdate } from './controller/kit/handler-options.js';
export type { Interests } from './controller/kit/interests.js';
export type { KitResyncOperations, KitUpdateOperations } from './controller/kit/operations.js';
export { orderHandlers } from './controller/kit/order.js';
export type { OwnershipPolicy, OwnershipProblem, WantedValue } from './controller/kit/ownership.js';
export { printPlan } from './controller/kit/plan.js';
export type { Plan, PlannedChange, PlannedHandler } from './controller/kit/plan.js';
export type { DryRun, PlannableHandler } from './controller/kit/plannable-handler.js';
export { controllerDefaults } from './controller/options.js';
export type {
  ControllerLimits,
  ControllerOptions,
  ControllerTimings,
  EscalationVerdict,
  HealingOptions,
} from './controller/options.js';
export type { ControllerProblem } from './controller/problems.js';
export { deleteAll, putAll } from './controller/put-all.js';
export type { ControllerPlace, ControllerReport, HealingPlace } from './controller/report.js';
export type {
  Dependency,
  Descriptor,
  OperationContext,
  RetrievedValue,
  RetrieveRequest,
} from './controller/southbound/descriptor.js';
export { formatDump } from './controller/southbound/dump.js';
export type { DumpedValue } from './controller/southbound/dump.js';
export type { MemorySchedulerOptions } from './controller/southbound/options.js';
export { MemoryPlane } from './controller/southbound/plane.js';
export type { MemoryPlaneOptions, PlaneCall, PlaneDescriptorOptions } from './controller/southbound/plane.js';
export type { PlaneFault, PlaneOperation } from './controller/southbound/plane-faults.js';
export type {
  CommitKind,
  CommitOutcome,
  CommitResult,
  ExecutedOperation,
  OperationFailure,
  OperationKind,
  RecordedTransaction,
  RetryOptions,
  Southbound,
  SouthboundEvent,
  SouthboundTransaction,
  ValueReport,
  ValueStatus,
} from './controller/southbound/port.js';
export { TransactionQueueFullError } from './controller/southbound/refusals.js';
export { MemoryScheduler } from './controller/southbound/scheduler.js';
export type { TransactionRetention } from './controller/southbound/transaction-log.js';
export { DatastoreSource } from './controller/source/datastore-source.js';
export type { DatastoreSourceReport } from './controller/source/source-report.js';
export { datastoreSourceDefaults } from './controller/source/defaults.js';
export type { DatastoreSourceTimings } from './controller/source/defaults.js';
export { FileMirror } from './controller/source/file-mirror.js';
export type { FileMirrorOptions } from './controller/source/file-mirror.js';
export type { LocalMirror, MirroredState } from './controller/source/local-mirror.js';
export type { DatastoreSourceOptions } from './controller/source/options.js';
export type { DatastoreSourceProblem } from './controller/source/problems.js';
export type { Decode, SourceExternalConfig, SourceResource } from './controller/source/resource-registry.js';
export { createTransaction } from './controller/transaction/create-transaction.js';
export type { TransactionOptions } from './controller/transaction/create-transaction.js';
