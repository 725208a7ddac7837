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
  controller: { sizes: [1_000, 10_000, 100_000, 1_000_000], events: 2_000, rounds: 5 },
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

/** What can be measured by itself. */
export type Subject = keyof Plan;

/** The cases of a plan, to be run one after the other; of one subject, or of all. */
export function cases(plan: Plan, subject?: Subject): readonly (() => Promise<Finding>)[] {
  const all: readonly (readonly [Subject, () => Promise<Finding>])[] = [
    ...plan.events.map((events) => ['events', () => measureEvents(events)] as const),
    ...plan.caches.map((cache) => ['caches', () => measureCache(cache)] as const),
    ...plan.queues.map((queue) => ['queues', () => measureQueues(queue)] as const),
    ['controller', () => measureController(plan.controller)],
    ['verification', () => measureVerification(plan.verification)],
    ['memory', () => measureMemory(plan.memory)],
    ['growth', () => measureGrowth(plan.growth)],
    ...plan.lists.map((list) => ['lists', () => measureInitialList(list)] as const),
  ];
  return all.filter(([name]) => subject === undefined || name === subject).map(([, measure]) => measure);
}
