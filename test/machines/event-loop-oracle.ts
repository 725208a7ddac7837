/** Judges the event loop chart: what it asks for, by the lines of events of its surroundings, and where it has come to. */
import type { EscalateInput, EventKind, EventLoopStateValue, ProcessInput } from '../../machines/index.js';
import { Forbidden } from '../../src/testing/index.js';
import type { Effect, MachineStep } from '../../src/testing/index.js';
import {
  isRunning,
  loopInput,
  mostFailedHealings,
  onTheirWay,
  waitsForHealing,
  type LoopMachine,
  type LoopMove,
  type LoopState,
  type LoopWorld,
} from './event-loop-world.js';

type Step = MachineStep<LoopMachine>;

/** What the chart's effects do to the surroundings. */
export function performLoop(environment: LoopWorld, step: Step): LoopWorld | Forbidden {
  const { event, effects, before, after } = step;
  const isLate = 'request' in event && event.request !== 0;
  if (isLate && (effects.length > 0 || after !== before)) return new Forbidden('E1: a fact of another request changes something');
  let world: LoopWorld | Forbidden = environment;
  for (const effect of effects) {
    world = performOne(world, effect, step);
    if (world instanceof Forbidden) return world;
  }
  return world;
}

function performOne(world: LoopWorld, effect: Effect, step: Step): LoopWorld | Forbidden {
  switch (effect.kind) {
    case 'invoked':
      return effect.id === 'process'
        ? take(world, effect.input as ProcessInput, step)
        : ask(world, effect.input as EscalateInput, step);
    case 'left':
      return effect.id === 'process' ? leaveProcessing(world, step) : { ...world, isEscalating: false };
    case 'action':
      return act(world, effect.type, effect.params ?? {}, step);
  }
}

/** The next event comes out of our own lines. */
function take(world: LoopWorld, { take: which, request }: ProcessInput, { rawContext }: Step): LoopWorld | Forbidden {
  if (world.underWay !== undefined) return new Forbidden(`E1: an event is taken while ${world.underWay} is under way`);
  if (world.aborts > 0 || world.isOver) return new Forbidden('E10: something is processed after the end');
  if (request !== rawContext.request)
    return new Forbidden(`E1: the effect is number ${request}, the chart is at ${rawContext.request}`);
  const wanted = world.isSynced ? 'next' : world.queue.includes('shutdown') ? 'shutdown' : 'startupResync';
  if (which !== wanted) return new Forbidden(`E2: takes ${which}, and it is the turn of ${wanted}`);
  const kind = which === 'shutdown' ? 'shutdown' : which === 'startupResync' ? 'dbResync' : (world.followUps[0] ?? world.queue[0]);
  if (kind === undefined) return new Forbidden('E12: an event is taken, and none waits');
  const isFollowUp = which === 'next' && world.followUps.length > 0;
  return {
    ...world,
    underWay: kind,
    isSynced: true,
    followUps: isFollowUp ? world.followUps.slice(1) : world.followUps,
    queue: isFollowUp ? world.queue : without(world.queue, kind),
  };
}

function without(line: readonly EventKind[], kind: EventKind): readonly EventKind[] {
  return line.toSpliced(line.indexOf(kind), 1);
}

function leaveProcessing(world: LoopWorld, { event }: Step): LoopWorld | Forbidden {
  if (world.underWay === undefined) return world; // it was answered
  if (!event.type.includes('shutdownTimeout'))
    return new Forbidden(`E12: ${event.type} leaves ${world.underWay}, which has no answer`);
  return { ...world, underWay: undefined };
}

function ask(world: LoopWorld, { attempts, request }: EscalateInput, { rawContext }: Step): LoopWorld | Forbidden {
  if (request !== rawContext.request) return new Forbidden('EL3: the question has the number of another effect');
  if (!world.isBroken || world.failedHealings < loopInput.healingAttempts) return new Forbidden('EL3: somebody is asked too early');
  if (Math.min(attempts, mostFailedHealings) !== world.failedHealings) return new Forbidden(`EL3: ${attempts} attempts are told`);
  return { ...world, isEscalating: true };
}

function act(world: LoopWorld, type: string, { reason }: { readonly reason?: string }, { event }: Step): LoopWorld | Forbidden {
  switch (type) {
    case 'pushHealing':
      if (!event.type.includes('healingDelay')) return new Forbidden('E11: a healing comes before its delay has passed');
      return { ...world, asked: [...world.asked, 'healing'] };
    case 'pushPeriodicHealing':
      if (!event.type.includes('periodicHealingInterval') && !world.owesPeriodicHealing)
        return new Forbidden('E11: a periodic healing comes out of turn');
      return { ...world, owesPeriodicHealing: false, asked: [...world.asked, 'periodicHealing'] };
    case 'abort':
      if (reason !== reasonOf(event)) return new Forbidden(`E10: ${String(reason)} after ${event.type}`);
      return { ...world, aborts: world.aborts + 1, queue: [], followUps: [] };
    case 'refuse':
      if (world.aborts === 0) return new Forbidden('E12: an event is refused, and nothing fatal has happened');
      return { ...world, queue: [], followUps: [] };
    case 'stop':
      if (world.isOver) return new Forbidden('E15: ends twice');
      return { ...world, isOver: true, queue: [], followUps: [], asked: [] };
    default:
      return new Forbidden(`What is ${type}?`);
  }
}

function reasonOf(event: Step['event']): string {
  if (event.type.includes('startupDeadline')) return 'startupDeadline';
  return event.type === 'event.processed' ? 'fatal' : 'healingFailed';
}

/** Judges where a move has led to. */
export function judgeLoop(before: LoopState, move: LoopMove, after: LoopState): string | undefined {
  return (
    judgeConsequence(before, move, after) ??
    judgeEnd(before, after) ??
    (after.environment.isOver ? undefined : (judgeLines(after) ?? judgeHealing(move, after)))
  );
}

const ends = new Set(['is fatal', 'decides to abort', 'startupDeadline', 'escalationTimeout']);

/** What is the end, and what is none. */
function judgeConsequence(before: LoopState, { name }: LoopMove, { environment: world }: LoopState): string | undefined {
  const hasAborted = world.aborts > before.environment.aborts;
  if (ends.has(name) !== hasAborted) return `E10: ${name}, and the loop ${hasAborted ? 'aborts' : 'goes on'}`;
  if (name === 'shutdownTimeout' && !world.isOver) return 'E15: a Shutdown has had its time, and the loop goes on';
  const hasShutDown = before.environment.underWay === 'shutdown' && world.underWay === undefined;
  if (hasShutDown && !world.isOver) return 'E15: the Shutdown was processed, and the loop goes on';
  return undefined;
}

function judgeEnd(before: LoopState, { place, environment: world }: LoopState): string | undefined {
  const isAborting = place.value === 'aborting';
  if (place.isDone !== world.isOver)
    return `E15: ${place.isDone ? 'ends, and nobody is told' : 'everybody is told of an end that is none'}`;
  if (world.aborts > 1) return 'E10: the end is reported twice';
  if (before.environment.aborts > 0 && !isAborting && !place.isDone) return 'E10: goes on after something fatal';
  if (isAborting && world.aborts === 0) return 'E10: aborts, and tells nobody';
  if (isAborting && world.isShuttingDown) return 'EL1: a Shutdown was accepted, and the loop does not end';
  if (place.isDone && !world.isShuttingDown) return 'E15: ends without a Shutdown';
  const left = world.queue.length + world.followUps.length;
  if ((isAborting || place.isDone) && (left > 0 || world.underWay !== undefined)) return `E12: ${left} events have no answer`;
  return undefined;
}

function judgeLines({ place, environment: world }: LoopState): string | undefined {
  if (place.value === 'aborting') return undefined;
  const waiting = world.queue.length + world.followUps.length;
  if (place.context.waiting !== waiting) return `E12: ${waiting} events wait, and the chart counts ${place.context.waiting}`;
  const value = place.value as EventLoopStateValue; // the explorer knows it as any value of a chart
  const work = typeof value === 'string' ? undefined : value.running.work;
  if (work === undefined) {
    return world.isSynced || world.isShuttingDown ? `E2: waits for the first DBResync, and it was there` : undefined;
  }
  if ((work === 'processing') !== (world.underWay !== undefined)) return `E1: ${work}, and under way is ${String(world.underWay)}`;
  if (work === 'idle' && waiting > 0) return `EL1: ${waiting} events wait, and nothing is done`;
  if ((work === 'escalating') !== world.isEscalating)
    return `EL3: ${work}, and ${world.isEscalating ? 'somebody' : 'nobody'} is asked`;
  const deadline = place.timers.find(({ name }) => name === 'shutdownTimeout');
  if (world.isShuttingDown !== (deadline?.delay === loopInput.shutdownTimeout)) return 'E15: a Shutdown waits without a deadline';
  return undefined;
}

function judgeHealing(move: LoopMove, after: LoopState): string | undefined {
  const { place, environment: world } = after;
  if (!isRunning(after)) return undefined;
  const { healingDelay, healingFactor, maxHealingDelay, healingAttempts } = loopInput;
  for (const kind of ['healing', 'periodicHealing'] as const) {
    if (onTheirWay(world, kind) > 1) return `E11: two of ${kind} are on their way`;
  }
  if (place.context.failedHealings !== world.failedHealings) return `EL3: ${world.failedHealings} healings have failed`;
  const timer = place.timers.find(({ name }) => name === 'healingDelay');
  const wanted = waitsForHealing(world)
    ? Math.min(maxHealingDelay, healingDelay * healingFactor ** world.failedHealings)
    : undefined;
  if (timer?.delay !== wanted)
    return `E11: the healing comes after ${String(timer?.delay)} ms, and should after ${String(wanted)} ms`;
  const { send } = move;
  const hasFailedHealing =
    send?.type === 'event.processed' &&
    'needsHealing' in send &&
    send.kind === 'healing' &&
    send.needsHealing &&
    send.request === 0;
  if (hasFailedHealing && world.isEscalating !== world.failedHealings >= healingAttempts)
    return `EL3: after ${world.failedHealings} failed healings ${world.isEscalating ? 'somebody' : 'nobody'} is asked`;
  if (world.owesPeriodicHealing && onTheirWay(world, 'periodicHealing') === 0)
    return 'EL2: the southbound has started anew, and is not looked at';
  return undefined;
}
