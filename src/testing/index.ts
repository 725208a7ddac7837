/** `heliostat/testing`: what the library is verified with, for your own backends, processors and consumers. */
export { SimulatedClock } from '../ports/simulated-clock.js';
export { MemoryLogger, type LogEntry } from '../ports/logger.js';
export { seededRandom } from '../ports/random.js';
export { describeClient } from './conformance/describe-client.js';
export type { ConformanceOptions, ConformancePlan, TestRunner } from './conformance/describe-client.js';
export type { ConformanceTools, ConformanceWriter, Need, ValueWish } from './conformance/property.js';
export { faultNames, type FaultName, type FaultRates } from './faults.js';
export { FaultyClient, type FaultyClientOptions } from './faulty-client.js';
export { ScriptedClient } from './scripted-client.js';
export type { ListAnswer, ScriptedCall, WatchAnswer } from './scripted-client.js';
export { Forbidden } from './exploration/environment.js';
export { explore } from './exploration/explore.js';
export type { ExplorationOptions, ExplorationReport, Violation } from './exploration/report.js';
export type { ArmedTimer, Effect, Environment, MachineStep, Move, MoveKind, Place, WorldState } from './exploration/environment.js';
export type { Counts } from './exploration/chart-coverage.js';
export { HistoryRecorder, type HistoryRecorderOptions } from './history/recorder.js';
export type { Truth, TruthOptions } from './history/truth.js';
export { formatRecord, historyKinds, readHistory, writeHistory } from './history/format.js';
export type { History, ReadHistoryOptions } from './history/format.js';
export { historySchema } from './history/history-schema.js';
export type {
  CallBeganRecord,
  CalledOperation,
  CallbackReturnedRecord,
  CallFailedRecord,
  CallReturnedRecord,
  CompactedRecord,
  EndedRecord,
  FaultRecord,
  HealedRecord,
  HistoryHeader,
  HistoryKind,
  HistoryNote,
  HistoryRecord,
  ListAnsweredRecord,
  ListedItem,
  ListFailedRecord,
  ListRequestedRecord,
  MirroredTypeNote,
  MirrorStartedRecord,
  MirrorStoppedRecord,
  MirrorStoppingRecord,
  MirrorSyncedRecord,
  NoticeRecord,
  ReceivedEvent,
  RequestCancelledRecord,
  StateRecord,
  StatusRecord,
  ToldUpdate,
  TruthLostRecord,
  UpdatesRecord,
  ValueHash,
  WatchEndedRecord,
  WatchOpenedRecord,
  WatchReceivedRecord,
  WatchRequestedRecord,
  WriteRecord,
  WrittenChange,
} from './history/record.js';
export { checkerIds, createCheckers, type CheckerId } from './checkers/all-checkers.js';
export { checkHistory, type CheckHistoryOptions, type HistoryReport } from './checkers/check-history.js';
export type { Checker, HistoryViolation } from './checkers/checker.js';
export { simulate, SimulationError, type SimulationOptions } from './simulation/simulate.js';
export { SimulationTotals, type SimulationReport } from './simulation/report.js';
export type { MirrorUnderTest, Surroundings } from './simulation/mirror-under-test.js';
export type { Actions, ActionName, Mood, PlannedAction, Reading, Setup, SimulationPlan } from './simulation/plan.js';
export type { LieName, LieRates } from './simulation/lies.js';
export type { SimulatedValue, Subject } from './simulation/subjects.js';
export { HandlerLawError, verifyHandler } from './handlers/verify-handler.js';
export type { HandlerReport, HandlerVerification } from './handlers/verify-handler.js';
export { handlerLaws } from './handlers/laws.js';
export type { HandlerLaw, WantedDifference } from './handlers/laws.js';
export type { HandlerScenario, KubeChange } from './handlers/scenario.js';
export { recordController, type ControllerRecording } from './controller-log/record-controller.js';
export { replayController, type ControllerReplay, type ReplayOptions } from './controller-log/replay-controller.js';
export type { Divergence } from './controller-log/player.js';
