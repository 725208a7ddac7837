/** W6: how long items wait that have failed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  defaultItemLimiter,
  exponentialItemLimiter,
  slowestOf,
  tokenBucketLimiter,
  type ItemLimiter,
} from '../../../src/cache/work-queue/item-limiter.js';
import { seededRandom } from '../../../src/ports/random.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';

const day = 86_400_000;

function delays(limiter: ItemLimiter, key: string, count: number): readonly number[] {
  return Array.from({ length: count }, () => limiter.delayFor(key));
}

/** As client-go's ItemFastSlowRateLimiter: so many fast tries, and slow ones after them. */
function fastSlow(fast: number, slow: number, fastTries: number): ItemLimiter {
  const failures = new Map<string, number>();
  return {
    delayFor(key) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      return count <= fastTries ? fast : slow;
    },
    forget: (key) => void failures.delete(key),
    requeues: (key) => failures.get(key) ?? 0,
  };
}

describe('client-go, default_rate_limiters_test.go', () => {
  it('TestItemExponentialFailureRateLimiter: doubles for each item by itself, and begins anew after forget', () => {
    const limiter = exponentialItemLimiter({ base: 1, max: 1_000 });
    expect(delays(limiter, 'one', 5)).toEqual([1, 2, 4, 8, 16]);
    expect(limiter.requeues('one')).toBe(5);
    expect(delays(limiter, 'two', 2)).toEqual([1, 2]);
    expect(limiter.requeues('two')).toBe(2);
    limiter.forget('one');
    expect(limiter.requeues('one')).toBe(0);
    expect(limiter.delayFor('one')).toBe(1);
  });

  it('TestItemExponentialFailureRateLimiterOverFlow: stays at the longest wait, however often an item fails', () => {
    const limiter = exponentialItemLimiter({ base: 1, max: 1_000_000 });
    for (let count = 0; count < 5; count++) limiter.delayFor('one');
    expect(limiter.delayFor('one')).toBe(32);
    expect(delays(limiter, 'overflow1', 5_000).at(-1)).toBe(1_000_000);
    const slow = exponentialItemLimiter({ base: 60_000, max: 1_000 * 3_600_000 });
    expect(delays(slow, 'two', 3)).toEqual([60_000, 120_000, 240_000]);
    expect(new Set(delays(slow, 'overflow2', 3_000).slice(20))).toEqual(new Set([1_000 * 3_600_000]));
  });

  it('TestMaxOfRateLimiter: the slowest counts, and each is told everything', () => {
    const limiter = slowestOf(fastSlow(5, 3_000, 3), exponentialItemLimiter({ base: 1, max: 1_000 }));
    expect(delays(limiter, 'one', 5)).toEqual([5, 5, 5, 3_000, 3_000]);
    expect(limiter.requeues('one')).toBe(5);
    expect(delays(limiter, 'two', 2)).toEqual([5, 5]);
    expect(limiter.requeues('two')).toBe(2);
    limiter.forget('one');
    expect(limiter.requeues('one')).toBe(0);
    expect(limiter.delayFor('one')).toBe(5);
  });
});

describe('limits of items', () => {
  it('W6: by default an item waits 5 ms times a power of two, up to 1000 s, and 100 at once are followed by 10 a second', () => {
    const clock = new SimulatedClock();
    const limiter = defaultItemLimiter({ clock });
    const first = delays(limiter, 'one', 19);
    expect(first).toEqual(Array.from({ length: 19 }, (_, failures) => Math.min(5 * 2 ** failures, 1_000_000)));
    expect(Array.from({ length: 81 }, (_, index) => limiter.delayFor(`other ${index}`))).toEqual(Array(81).fill(5));
    expect([1, 2, 3].map((index) => limiter.delayFor(`late ${index}`))).toEqual([100, 200, 300]);
  });

  it('W6: a bucket that rests fills up again, and never holds more than a burst', async () => {
    const clock = new SimulatedClock();
    const limiter = tokenBucketLimiter({ perSecond: 4, burst: 2, clock });
    expect(delays(limiter, '', 4)).toEqual([0, 0, 250, 500]);
    await clock.advance(750);
    expect(delays(limiter, '', 2)).toEqual([0, 250]);
    await clock.advance(day);
    expect(delays(limiter, '', 3)).toEqual([0, 0, 250]);
    limiter.forget('');
    expect(limiter.requeues('')).toBe(0);
    expect(limiter.delayFor('')).toBe(500);
  });

  it('W6: whatever asks a bucket and when, no window of time gets more than a burst and its share', async () => {
    const anyRequests = fc.array(fc.record({ wait: fc.nat(500), count: fc.integer({ min: 1, max: 6 }) }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 4, 8),
        fc.integer({ min: 1, max: 5 }),
        anyRequests,
        async (perSecond, burst, requests) => {
          const clock = new SimulatedClock();
          const limiter = tokenBucketLimiter({ perSecond, burst, clock });
          const turns: number[] = [];
          for (const { wait, count } of requests) {
            await clock.advance(wait);
            for (let each = 0; each < count; each++) turns.push(clock.now() + limiter.delayFor(''));
          }
          expect(
            turns.toSorted((a, b) => a - b),
            'first come, first served',
          ).toEqual(turns);
          for (let from = 0; from < turns.length; from++) {
            for (let to = from; to < turns.length; to++) {
              const share = (((turns[to] ?? 0) - (turns[from] ?? 0)) / 1_000) * perSecond;
              expect(to - from + 1).toBeLessThanOrEqual(burst + share + 1e-6);
            }
          }
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('W6: with jitter the wait is drawn from nothing to what it would be, the same for the same seed', () => {
    const draw = (): readonly number[] =>
      delays(exponentialItemLimiter({ base: 8, max: 1_000, jitter: 'full', random: seededRandom(3) }), 'one', 12);
    expect(draw()).toEqual(draw());
    expect(draw().every((delay, failures) => delay >= 0 && delay < Math.min(8 * 2 ** failures, 1_000))).toBe(true);
    expect(new Set(draw()).size).toBeGreaterThan(6);
  });

  it('K47: failures of a key that was forgotten are not counted for another object of that name', () => {
    const limiter = exponentialItemLimiter({ base: 5, max: 1_000 });
    for (const key of ['__proto__', 'constructor', '', 'a/b']) {
      expect(delays(limiter, key, 3)).toEqual([5, 10, 20]);
      limiter.forget(key);
      limiter.forget(key);
      expect([limiter.requeues(key), limiter.delayFor(key)]).toEqual([0, 5]);
    }
  });

  it.each([
    ['base', () => exponentialItemLimiter({ base: 0 })],
    ['base', () => exponentialItemLimiter({ base: NaN })],
    ['max', () => exponentialItemLimiter({ base: 10, max: 9 })],
    ['max', () => exponentialItemLimiter({ max: Infinity })],
    ['perSecond', () => tokenBucketLimiter({ perSecond: 0 })],
    ['burst', () => tokenBucketLimiter({ burst: 0.5 })],
    ['limiters', () => slowestOf()],
    ['limiters[1]', () => slowestOf(exponentialItemLimiter(), {} as unknown as ItemLimiter)],
    ['limiters[0]', () => slowestOf(undefined as unknown as ItemLimiter)],
  ])('W6: refuses an illegal %s', (field, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'invalid', field }));
  });
});
