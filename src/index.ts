/** The face of the package: every name by hand. */
export type {
  Backend,
  CallOptions,
  Client,
  ClientCapabilities,
  DeleteOptions,
  DeleteResult,
  GetOptions,
  ListWatchClient,
  Operation,
  TransactionResult,
} from './model/client.js';
export {
  ApiMissingError,
  ClosedError,
  DatastoreThrottledError,
  DatastoreUnavailableError,
  HeliostatError,
  isHeliostatError,
  OperationNotSupportedError,
  OutcomeUnknownError,
  ParseError,
  ResourceAlreadyExistsError,
  ResourceDoesNotExistError,
  ResourceUpdateConflictError,
  RevisionCompactedError,
  RevisionTooNewError,
  StaleListError,
  StoppedError,
  UnauthorizedError,
  ValidationError,
} from './model/errors.js';
export type { ErrorCode, ErrorDetails, ParseErrorDetails } from './model/errors.js';
export type { Failure, FailureKind } from './model/failure.js';
export { checkKey, formatKey, isAtOrBelow, maxKeyLength, parseKey } from './model/key-format.js';
export type { Key } from './model/key.js';
export type { KVPair, KVPairList } from './model/kv-pair.js';
export type { ListOptions, ListRequest, WatchRequest } from './model/list-options.js';
export type { KVChange, PartialResult, ResourceType, SyncerUpdateProcessor } from './model/resource-type.js';
export type { Revision } from './model/revision.js';
export type { Difference, Snapshot } from './model/snapshot.js';
export { SyncStatus } from './model/status.js';
export type { Connectivity } from './model/status.js';
export type {
  Freshness,
  ResourceTypeReport,
  StopOptions,
  StopReport,
  Syncer,
  SyncerCallbacks,
  SyncerFailureCallbacks,
  SyncerOptions,
  SyncerParseFailCallbacks,
  SyncerProblem,
  SyncerProblemCallbacks,
  SyncFailure,
} from './model/syncer.js';
export type { Backoff, ReflectorTimings } from './model/timings.js';
export { UpdateType } from './model/update.js';
export type { DeletedUpdate, NewUpdate, Update, UpdatedUpdate } from './model/update.js';
export { WatchEventType } from './model/watch.js';
export type {
  AddedEvent,
  BookmarkEvent,
  DeletedEvent,
  ErrorEvent,
  MendedEvent,
  ModifiedEvent,
  Watch,
  WatchEvent,
} from './model/watch.js';
export { systemClock } from './ports/clock.js';
export type { Clock, TimerHandle } from './ports/clock.js';
export { consoleLogger, silentLogger } from './ports/logger.js';
export type { LogFields, Logger } from './ports/logger.js';
export { systemRandom } from './ports/random.js';
export type { Random } from './ports/random.js';
export { createSyncer } from './syncer/create-syncer.js';
export { syncerDefaults } from './syncer/defaults.js';
export { claims, firstClaim } from './syncer/processors/claims.js';
export type { Claim, ClaimRules, Claims, Output } from './syncer/processors/claims.js';
export {
  claimByKey,
  explodeFields,
  filter,
  mapKV,
  overlay,
  passThrough,
  refCountedOutputs,
} from './syncer/processors/ready-made.js';
export type { Explosion, Mapping, Overlay } from './syncer/processors/ready-made.js';
