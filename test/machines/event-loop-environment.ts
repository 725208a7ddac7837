/**
 * What surrounds the event loop chart in its exploration: whoever pushes events, what becomes of each of them, a southbound that mends
 * itself or starts anew, and whoever decides whether to go on.
 */
import type { EventKind, EventLoopContext, EventLoopEvent } from '../../machines/index.js';
import type { Environment } from '../../src/testing/index.js';
import { judgeLoop, performLoop } from './event-loop-oracle.js';
import {
  isRunning,
  mostFailedHealings,
  nothingHappened,
  waitsForHealing,
  type LoopMachine,
  type LoopMove,
  type LoopState,
  type LoopWorld,
} from './event-loop-world.js';

/** Numbers of requests count relative to the current one. */
export function canonicalLoopContext(context: EventLoopContext): EventLoopContext {
  return { ...context, request: 0, take: 'next', failedHealings: Math.min(context.failedHealings, mostFailedHealings) };
}

/** @param pushes so many events of every kind, from outside or by handlers. */
export function loopEnvironment({ pushes }: { readonly pushes: number }): Environment<LoopMachine, LoopWorld> {
  return {
    initial: { ...nothingHappened, pushes },
    moves,
    perform: performLoop,
    encode: (world) => JSON.stringify(Object.values(world)),
    judge: judgeLoop,
    hasConverged,
  };
}

/** Over, given up, or at rest with nothing broken. */
function hasConverged({ place, environment: world }: LoopState): boolean {
  if (place.isDone || place.value === 'aborting') return true;
  const isAtRest = world.underWay === undefined && world.asked.length === 0 && !world.isEscalating;
  return isAtRest && world.isSynced && !world.isBroken;
}

function moves(state: LoopState): readonly LoopMove[] {
  const { environment: world } = state;
  return [
    ...pushesOf(world),
    ...healings(world),
    ...outcomes(world),
    ...decisions(world),
    ...timers(state),
    ...notifications(state),
    ...late.map((move) => Object.assign({ next: world }, move)),
  ];
}

function pushesOf(world: LoopWorld): readonly LoopMove[] {
  if (world.pushes === 0 || world.isOver) return [];
  const left = { ...world, pushes: world.pushes - 1 };
  const outside = world.isShuttingDown ? [] : (['dbResync', 'shutdown', 'other'] as const);
  const inside = world.underWay === undefined || world.underWay === 'shutdown' ? [] : (['dbResync', 'other'] as const);
  return [
    ...outside.map((kind): LoopMove => {
      const isShuttingDown = world.isShuttingDown || kind === 'shutdown';
      const next = { ...left, isShuttingDown, queue: [...world.queue, kind] };
      return { kind: 'input', name: 'push', detail: kind, next, send: { type: 'event.accepted', kind } };
    }),
    ...inside.map((kind): LoopMove => {
      const next = { ...left, followUps: [...world.followUps, kind] };
      return { kind: 'input', name: 'follow up', detail: kind, next, send: { type: 'event.accepted', kind } };
    }),
  ];
}

/** What the chart has asked for is accepted whatever waits. */
function healings(world: LoopWorld): readonly LoopMove[] {
  const [kind, ...asked] = world.asked;
  if (kind === undefined) return [];
  const next = { ...world, asked, queue: [...world.queue, kind] };
  return [{ kind: 'step', name: 'a healing is accepted', next, send: { type: 'event.accepted', kind } }];
}

function outcomes(world: LoopWorld): readonly LoopMove[] {
  const { underWay: kind } = world;
  if (kind === undefined) return [];
  const fact = { type: 'event.processed', request: 0, kind, outcome: 'succeeded', needsHealing: false } as const;
  const next = afterProcessing(world, kind, false);
  return [
    { kind: 'step', name: 'succeeds', next, send: fact },
    { kind: 'fault', name: 'fails', next, send: { ...fact, outcome: 'failed' } },
    {
      kind: 'fault',
      name: 'fails, to be healed',
      next: afterProcessing(world, kind, true),
      send: { ...fact, outcome: 'failed', needsHealing: true },
    },
    { kind: 'fault', name: 'is fatal', next: { ...world, underWay: undefined }, send: { ...fact, outcome: 'fatal' } },
  ];
}

function afterProcessing(world: LoopWorld, kind: EventKind, isBroken: boolean): LoopWorld {
  const answered = { ...world, underWay: undefined };
  if (kind !== 'healing') return { ...answered, isBroken: world.isBroken || isBroken };
  const failedHealings = isBroken ? Math.min(world.failedHealings + 1, mostFailedHealings) : 0;
  return { ...answered, isBroken, failedHealings };
}

function decisions(world: LoopWorld): readonly LoopMove[] {
  if (!world.isEscalating) return [];
  const decide = (verdict: 'retry' | 'abort'): EventLoopEvent => ({ type: 'escalation.decided', request: 0, verdict });
  return [
    { kind: 'step', name: 'decides to go on', next: world, send: decide('retry') },
    { kind: 'fault', name: 'decides to abort', next: world, send: decide('abort') },
  ];
}

/** Deadlines of what would come to its end in time are faults; a periodic healing need not be. */
const kindsOfTimers = {
  startupDeadline: 'step',
  healingDelay: 'step',
  periodicHealingInterval: 'input',
  shutdownTimeout: 'fault',
  escalationTimeout: 'fault',
} as const;

function timers({ place, environment: world }: LoopState): readonly LoopMove[] {
  return place.timers.map(({ name, event }): LoopMove => {
    const kind = kindsOfTimers[name as keyof typeof kindsOfTimers]; // the delays of the chart
    return { kind, name, next: world, send: event };
  });
}

function notifications(state: LoopState): readonly LoopMove[] {
  const { environment: world } = state;
  const mended = waitsForHealing(world) ? { ...world, isBroken: false, failedHealings: 0 } : world;
  const restored = isRunning(state) ? { ...world, owesPeriodicHealing: true } : world;
  return [
    { kind: 'input', name: 'failures are mended', next: mended, send: { type: 'failures.mended' } },
    { kind: 'input', name: 'the southbound is restored', next: restored, send: { type: 'southbound.restored' } },
  ];
}

/** Facts of effects that are over, or have not begun. */
const late: readonly Omit<LoopMove, 'next'>[] = [...factsOf(-1), ...factsOf(1)];

function factsOf(request: number): readonly Omit<LoopMove, 'next'>[] {
  return [
    ...(['other', 'healing', 'periodicHealing', 'shutdown'] as const).flatMap((kind) =>
      (['succeeded', 'failed', 'fatal'] as const).map((outcome) => ({
        kind: 'fault' as const,
        name: 'an answer of another request',
        detail: `${kind} ${outcome}`,
        send: { type: 'event.processed' as const, request, kind, outcome, needsHealing: outcome === 'failed' },
      })),
    ),
    ...(['retry', 'abort'] as const).map((verdict) => ({
      kind: 'fault' as const,
      name: 'a decision of another request',
      detail: verdict,
      send: { type: 'escalation.decided' as const, request, verdict },
    })),
  ];
}
