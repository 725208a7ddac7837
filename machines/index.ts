/** The statecharts: import them to draw, test, explore or watch them. */
export { notProvided, type Chart, type ChartShape, type SpecRefs } from './chart-words.js';
export { datastoreConnectionMachine } from './datastore-connection.machine.js';
export type {
  DatastoreConnectionContext,
  DatastoreConnectionEvent,
  DatastoreConnectionInput,
  DatastoreConnectionShape,
  DatastoreConnectionStateValue,
  DatastoreConnectionTag,
  LocalFact,
  RemoteFact,
  TellingFact,
  TellingInput,
  TellingLogic,
} from './datastore-connection.types.js';
export { eventLoopMachine } from './event-loop.machine.js';
export type {
  EscalateInput,
  EscalationDecided,
  EventAccepted,
  EventKind,
  EventLoopContext,
  EventLoopEvent,
  EventLoopInput,
  EventLoopLogic,
  EventLoopShape,
  EventLoopStateValue,
  EventProcessed,
  FailuresMended,
  ProcessInput,
  SouthboundRestored,
  Take,
} from './event-loop.types.js';
export { pollerMachine } from './poller.machine.js';
export type {
  FetchCompleted,
  FetchFailed,
  FetchInput,
  FetchLogic,
  PollerContext,
  PollerEvent,
  PollerFact,
  PollerInput,
  PollerShape,
} from './poller.machine.js';
export { reflectorMachine } from './reflector.machine.js';
export type {
  ListCompleted,
  ListFailed,
  ListLogic,
  ListProgressed,
  ListRequestInput,
  ReflectorContext,
  ReflectorEvent,
  ReflectorFact,
  ReflectorInput,
  ReflectorShape,
  ReflectorStateValue,
  ReflectorTag,
  WatchEnded,
  WatchLogic,
  WatchOpened,
  WatchReceived,
  WatchRequestInput,
} from './reflector.types.js';
export { syncerStatusMachine } from './syncer-status.machine.js';
export type { SyncerStatusContext, SyncerStatusEvent, SyncerStatusShape } from './syncer-status.machine.js';
export { transactionMachine } from './transaction.machine.js';
export type {
  CommitCompleted,
  CommitVerdict,
  HandlerBegun,
  HandlerFailed,
  HandlersCompleted,
  HandlersRequest,
  HandlersSelected,
  MergeCompleted,
  RevertsCompleted,
  Severity,
  TransactionContext,
  TransactionEvent,
  TransactionFact,
  TransactionInput,
  TransactionLogic,
  TransactionOutcome,
  TransactionRequest,
  TransactionShape,
  TransactionStateValue,
} from './transaction.types.js';
