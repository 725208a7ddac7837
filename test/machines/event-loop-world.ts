/** The surroundings of the event loop chart in its exploration: two plain lines of events, and what is owed to whom. */
import type { eventLoopMachine, EventKind } from '../../machines/index.js';
import type { Move, WorldState } from '../../src/testing/index.js';

export type LoopMachine = typeof eventLoopMachine;
export type LoopState = WorldState<LoopMachine, LoopWorld>;
export type LoopMove = Move<LoopMachine, LoopWorld>;

export interface LoopWorld {
  /** Events that may still be pushed, from outside and by handlers. */
  readonly pushes: number;
  /** What waits that was pushed from outside, the first one first; and what was pushed by handlers. */
  readonly queue: readonly EventKind[];
  readonly followUps: readonly EventKind[];
  /** Healings that the chart has asked for, on their way into the queue. */
  readonly asked: readonly EventKind[];
  readonly underWay: EventKind | undefined;
  /** A first DBResync has been taken. */
  readonly isSynced: boolean;
  readonly isShuttingDown: boolean;
  readonly isEscalating: boolean;
  /** Something is broken that no healing has put right since. */
  readonly isBroken: boolean;
  readonly failedHealings: number;
  /** The southbound has started anew, and no periodic healing has been asked for since. */
  readonly owesPeriodicHealing: boolean;
  /** How often everybody was told that nothing goes on. */
  readonly aborts: number;
  readonly isOver: boolean;
}

export const nothingHappened: LoopWorld = {
  pushes: 0,
  queue: [],
  followUps: [],
  asked: [],
  underWay: undefined,
  isSynced: false,
  isShuttingDown: false,
  isEscalating: false,
  isBroken: false,
  failedHealings: 0,
  owesPeriodicHealing: false,
  aborts: 0,
  isOver: false,
};

export const loopInput = {
  startupDeadline: 30_000,
  healingDelay: 5_000,
  healingFactor: 2,
  maxHealingDelay: 8_000,
  healingAttempts: 2,
  periodicHealingInterval: 60_000,
  shutdownTimeout: 20_000,
  escalationTimeout: 50_000,
} as const;

/** From so many failed healings on nothing changes any more: neither the delay, which is at its limit, nor what is asked. */
export const mostFailedHealings = 3;

export function isRunning({ place }: LoopState): boolean {
  return typeof place.value === 'object';
}

/** How many of a kind are on their way: asked for, waiting, or under way. */
export function onTheirWay({ asked, queue, followUps, underWay }: LoopWorld, kind: EventKind): number {
  return [...asked, ...queue, ...followUps, underWay].filter((other) => other === kind).length;
}

/** Whether what is broken waits to be healed, and nothing has been asked for yet. */
export function waitsForHealing(world: LoopWorld): boolean {
  return world.isBroken && !world.isEscalating && onTheirWay(world, 'healing') === 0;
}
