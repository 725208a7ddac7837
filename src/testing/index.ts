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
export type { ExplorationOptions, ExplorationReport, Violation } from './exploration/explore.js';
export type { ArmedTimer, Effect, Environment, MachineStep, Move, MoveKind, Place, WorldState } from './exploration/environment.js';
export type { Counts } from './exploration/chart-coverage.js';
