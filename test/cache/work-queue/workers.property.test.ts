/** The promises of the workers, in whatever order things happen: producers, workers, failures, jumps of time, and the end. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exponentialItemLimiter } from '../../../src/cache/work-queue/item-limiter.js';
import { WorkQueue } from '../../../src/cache/work-queue/work-queue.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';

const keys = ['a', 'b', 'c', 'd'] as const;
type Key = (typeof keys)[number];

/** What happens to an item each time it is reconciled. */
const anyFate = fc.oneof(
  { weight: 5, arbitrary: fc.constant('succeeds' as const) },
  { weight: 3, arbitrary: fc.constant('fails' as const) },
  { weight: 1, arbitrary: fc.constant('fails at once' as const) },
  { weight: 1, arbitrary: fc.constant('asks to come again' as const) },
  { weight: 1, arbitrary: fc.constant('adds itself' as const) },
);
const anyStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('want' as const), key: fc.constantFrom(...keys), delay: fc.constantFrom(0, 0, 5, 12) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('advance' as const), duration: fc.constantFrom(0, 1, 5, 20, 200) }) },
);
const anyProducers = fc.array(fc.array(anyStep, { maxLength: 12 }), { minLength: 1, maxLength: 3 });

describe('promises of the workers', () => {
  it('W1, W2, W5, W7, W8, W9: one worker an item, the last wish is seen, nothing early, and a drain ends when nothing is left', async () => {
    const counts = { retries: 0, overlaps: 0, drainsThatWaited: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        anyProducers,
        fc.array(anyFate, { maxLength: 40 }),
        fc.integer({ min: 1, max: 4 }),
        async (scheduler, producers, fates, workers) => {
          const clock = new SimulatedClock();
          const logger = new MemoryLogger();
          const queue = new WorkQueue<Key>({ clock, logger, rateLimiter: exponentialItemLimiter({ base: 3, max: 50 }) });
          // The naive model: what is wanted of each key, what the last successful worker saw of it, and from when on it may be seen.
          const wanted = new Map<Key, number>();
          const seen = new Map<Key, number>();
          const notBefore = new Map<Key, number>();
          const underWay = new Set<Key>();
          let draws = 0;
          const reconcile = async (key: Key): Promise<{ requeueAfter: number } | undefined> => {
            expect(underWay.has(key), `${key} is with two workers`).toBe(false);
            expect(clock.now(), `${key} is early`).toBeGreaterThanOrEqual(notBefore.get(key) ?? 0);
            notBefore.delete(key);
            underWay.add(key);
            counts.overlaps += underWay.size > 1 ? 1 : 0;
            const fate = fates[draws++] ?? 'succeeds';
            const version = wanted.get(key) ?? 0;
            const leave = (): void => void underWay.delete(key);
            if (fate === 'fails at once') {
              leave();
              throw new Error(fate);
            }
            await scheduler.schedule(Promise.resolve(), `working on ${key}`);
            leave();
            if (fate === 'fails') throw new Error(fate);
            seen.set(key, version);
            if (fate === 'adds itself') queue.add(key);
            return fate === 'asks to come again' ? { requeueAfter: 7 } : undefined;
          };
          const violations: unknown[] = [];
          const working = queue.run((key) => reconcile(key), {
            workers,
            onError: ({ error }) => {
              if (!(error instanceof Error) || !error.message.startsWith('fails')) violations.push(error);
            },
          });
          let version = 0;
          const want = (key: Key, delay: number): void => {
            const isIdle = !underWay.has(key) && !wanted.has(key); // nobody has ever asked for it: it can only come for this
            wanted.set(key, ++version);
            if (isIdle) notBefore.set(key, clock.now() + delay);
            else notBefore.delete(key);
            expect(queue.addAfter(key, delay)).toBe(true);
          };
          for (const steps of producers) {
            scheduler.scheduleSequence(
              steps.map((step, index) => ({
                label: `${index}: ${step.do}`,
                builder: () => (step.do === 'want' ? Promise.resolve(want(step.key, step.delay)) : clock.advance(step.duration)),
              })),
            );
          }
          const playOn = async (isOver: () => boolean): Promise<void> => {
            while (!isOver()) {
              await scheduler.waitIdle();
              if (!isOver() && !(await clock.step())) break;
              await clock.settle();
            }
          };
          await playOn(() => false);
          expect(violations).toEqual([]);
          expect(seen, 'the last thing that was wanted of each key was seen').toEqual(wanted);
          expect(queue.report()).toMatchObject({ length: 0, processing: 0, waiting: 0 });
          counts.retries += queue.report().retries;

          // And the end, in the middle of something.
          for (const key of keys) queue.add(key);
          let isDrained = false;
          const drained = queue.shutDownWithDrain().then(() => {
            isDrained = true;
            expect([underWay.size, queue.length, queue.report().processing]).toEqual([0, 0, 0]);
          });
          await clock.settle();
          counts.drainsThatWaited += isDrained ? 0 : 1;
          let hasEnded = false;
          void working.then(() => (hasEnded = true));
          await playOn(() => hasEnded);
          expect(hasEnded).toBe(true);
          await drained;
          expect(violations).toEqual([]);
          expect([clock.pending, queue.add('a')]).toEqual([0, false]);
        },
      ),
      { seed: 7, numRuns: 150 },
    );
    for (const [what, count] of Object.entries(counts)) expect(count, what).toBeGreaterThan(20);
  });
});
