/** What is measured, and how much of it. */
import type { Finding } from './findings.js';
import { measureCache, type CachePlan } from './cases/cache.js';
import { measureController, type ControllerPlan } from './cases/controller.js';
import { measureEvents, type EventsPlan } from './cases/events.js';
import { measureGrowth, type GrowthPlan } from './cases/growth.js';
import { measureInitialList, type ListPlan } from './cases/initial-list.js';
import { measureMemory, type MemoryPlan } from './cases/memory.js';
import { measureQueues, type QueuePlan } from './cases/queue.js';
import { everyExploration, measureVerification, type VerificationPlan } from './cases/verification.js';

export interface Plan {
  readonly events: readonly EventsPlan[];
  readonly lists: readonly ListPlan[];
  readonly caches: readonly CachePlan[];
  readonly queues: readonly QueuePlan[];
  readonly controller: ControllerPlan;
  readonly growth: GrowthPlan;
  readonly memory: MemoryPlan;
  readonly verification: VerificationPlan;
}

export const fullPlan: Plan = {
  events: [
    { objects: 10_000, batches: 40, rounds: 15, goal: 1 },
    { objects: 100_000, batches: 40, rounds: 11, goal: 0.5 },
  ],
  lists: [
    { objects: 10_000, rounds: 7, warmUps: 2 },
    { objects: 100_000, rounds: 3, warmUps: 1 },
    { objects: 1_000_000, rounds: 1, warmUps: 0 },
  ],
  caches: [
    { objects: 10_000, changes: 4_000, reads: 2_000, rounds: 9 },
    { objects: 100_000, changes: 4_000, reads: 1_000, rounds: 5 },
  ],
  queues: [
    { objects: 1_000, rounds: 15 },
    { objects: 100_000, rounds: 5 },
  ],
  controller: { sizes: [1_000, 10_000, 100_000, 1_000_000], events: 5_000, rounds: 9 },
  growth: { sizes: [1_000, 10_000, 100_000, 1_000_000], batches: 20, rounds: 9 },
  memory: { objects: 1_000_000 },
  verification: { explorations: everyExploration, seeds: 10, hours: 2 },
};

export const quickPlan: Plan = {
  events: [{ objects: 10_000, batches: 20, rounds: 7, goal: 1 }],
  lists: [{ objects: 10_000, rounds: 5, warmUps: 2 }],
  caches: [{ objects: 10_000, changes: 1_000, reads: 1_000, rounds: 5 }],
  queues: [{ objects: 10_000, rounds: 5 }],
  controller: { sizes: [1_000, 10_000, 100_000], events: 2_000, rounds: 5 },
  growth: { sizes: [1_000, 10_000, 100_000], batches: 10, rounds: 5 },
  memory: { objects: 100_000 },
  verification: { explorations: everyExploration.slice(0, 1), seeds: 2, hours: 2 },
};

/** Enough to see that everything works, and nothing about speed. */
export const smallestPlan: Plan = {
  events: [{ objects: 300, batches: 3, rounds: 2, goal: 1 }],
  lists: [{ objects: 1_100, rounds: 1, warmUps: 1 }],
  caches: [{ objects: 1_000, changes: 200, reads: 20, rounds: 1 }],
  queues: [{ objects: 200, rounds: 1 }],
  controller: { sizes: [200, 400], events: 100, rounds: 2 },
  growth: { sizes: [200, 400], batches: 2, rounds: 2 },
  memory: { objects: 2_000 },
  verification: { explorations: everyExploration.slice(-1), seeds: 1, hours: 0.2 },
};

/** The cases of a plan, to be run one after the other. */
export function cases(plan: Plan): readonly (() => Promise<Finding>)[] {
  return [
    ...plan.events.map((events) => () => measureEvents(events)),
    ...plan.caches.map((cache) => () => measureCache(cache)),
    ...plan.queues.map((queue) => () => measureQueues(queue)),
    () => measureController(plan.controller),
    () => measureVerification(plan.verification),
    () => measureMemory(plan.memory),
    () => measureGrowth(plan.growth),
    ...plan.lists.map((list) => () => measureInitialList(list)),
  ];
}
