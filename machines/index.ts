/** The statecharts: import them to draw, test, explore or watch them. */
export { notProvided, type Chart, type ChartShape, type SpecRefs } from './chart-words.js';
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
