/** A controller on simulated time, over a southbound that does what a test says, with everything that it tells. */
import { Controller } from '../../../src/controller/controller.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import type { EventHandler } from '../../../src/controller/handler.js';
import type { KeyValuePairs, KubeStateData } from '../../../src/controller/key-values.js';
import type { ControllerOptions } from '../../../src/controller/options.js';
import type { ControllerProblem } from '../../../src/controller/problems.js';
import type { Southbound } from '../../../src/controller/southbound/port.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { recordingHandler, type Reactions } from './recording-handler.js';
import { ScriptedSouthbound } from './scripted-southbound.js';

export interface RigOptions extends Omit<Partial<ControllerOptions>, 'handlers' | 'clock'> {
  /** By name, in order. */
  readonly handlers?: Readonly<Record<string, Reactions>>;
}

export interface Rig<S extends Southbound = ScriptedSouthbound> {
  readonly clock: SimulatedClock;
  readonly controller: Controller;
  readonly southbound: S;
  readonly handlers: readonly EventHandler[];
  /** Calls of handlers and commits, in order. */
  readonly trace: string[];
  readonly problems: ControllerProblem[];
  readonly fatals: Error[];
  readonly logger: MemoryLogger;
}

/** A controller that has not been started. */
export function rig(options: RigOptions = {}): Rig {
  const trace: string[] = [];
  const southbound = new ScriptedSouthbound(trace);
  return rigOver(southbound, { ...options, trace });
}

/** As {@link rig}, over another southbound. */
export function rigOver<S extends Southbound>(
  southbound: S,
  {
    handlers: reactions = {},
    trace = [],
    clock = new SimulatedClock(),
    ...options
  }: RigOptions & {
    readonly trace?: string[];
    readonly clock?: SimulatedClock;
  } = {},
): Rig<S> {
  const problems: ControllerProblem[] = [];
  const fatals: Error[] = [];
  const logger = new MemoryLogger();
  const handlers = Object.entries(reactions).map(([name, parts]) => recordingHandler(name, trace, parts));
  const controller = new Controller({
    southbound,
    clock,
    logger,
    onProblem: (problem) => void problems.push(problem),
    onFatal: (error) => void fatals.push(error),
    ...options,
    handlers,
  });
  return { clock, controller, southbound, handlers, trace, problems, fatals, logger };
}

/** What a rig begins with. */
export interface Beginning {
  readonly kubeState?: KubeStateData;
  readonly externalConfig?: KeyValuePairs;
}

/** Starts it, with a first resync; what was traced by then is forgotten. */
export async function begin<S extends Southbound>(
  started: Rig<S>,
  { kubeState = {}, externalConfig = {} }: Beginning = {},
): Promise<Rig<S>> {
  const { controller, clock, trace } = started;
  await controller.start();
  controller.pushEvent(new DBResync({ kubeState, externalConfig }));
  await clock.settle();
  trace.length = 0;
  return started;
}

/** A controller that has been started, and has had its first resync. */
export function running(options: RigOptions = {}, beginning: Beginning = {}): Promise<Rig> {
  return begin(rig(options), beginning);
}

/** The names of the events that were processed, in order, with what they follow up on. */
export function processed({ controller }: Pick<Rig, 'controller'>): readonly string[] {
  return controller.history
    .query()
    .map(({ name, followUpTo }) => (followUpTo === undefined ? name : `${name} (after ${followUpTo})`));
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It was not rejected.');
}
