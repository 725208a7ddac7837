import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/index.js';
import { pause } from '../../src/ports/clock.js';
import { seededRandom, SimulatedClock } from '../../src/testing/index.js';

describe('the simulated clock', () => {
  it('fires timers in the order of their deadlines, ties in the order in which they were set, and none that was cleared', async () => {
    const plan = fc.array(fc.record({ delay: fc.nat(20), cleared: fc.boolean() }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(plan, async (timers) => {
        const clock = new SimulatedClock();
        const fired: (readonly [number, number])[] = [];
        const handles = timers.map(({ delay }, index) => clock.setTimeout(() => fired.push([clock.now(), index]), delay));
        for (const [index, { cleared }] of timers.entries()) if (cleared) clock.clearTimeout(handles[index] ?? 0);
        await clock.advance(20);
        const expected = timers
          .map(({ delay, cleared }, index) => ({ delay, cleared, index }))
          .filter(({ cleared }) => !cleared)
          .toSorted((a, b) => a.delay - b.delay || a.index - b.index)
          .map(({ delay, index }) => [delay, index]);
        expect(fired).toEqual(expected);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('never jumps: a timer that a timer sets counts from its own moment, and a periodic one rings every time', async () => {
    const clock = new SimulatedClock();
    const rings: number[] = [];
    const ring = (): void => {
      rings.push(clock.now());
      clock.setTimeout(ring, 1_000);
    };
    clock.setTimeout(ring, 1_000);
    await clock.advance(5_500);
    expect(rings).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
    expect(clock.now()).toBe(5_500);
  });

  it('lets promises finish between two timers, however many they are', async () => {
    const clock = new SimulatedClock();
    const order: string[] = [];
    const hopThenSay = async (): Promise<void> => {
      for (let hop = 0; hop < 1_000; hop++) await Promise.resolve();
      order.push('first, done');
    };
    clock.setTimeout(() => void hopThenSay(), 1);
    clock.setTimeout(() => order.push('second'), 1);
    await clock.advance(1);
    expect(order).toEqual(['first, done', 'second']);
  });

  it('runUntil stops when the condition holds, and says when it cannot', async () => {
    const clock = new SimulatedClock(1_000_000);
    let ready = false;
    clock.setTimeout(() => (ready = true), 70);
    await clock.runUntil(() => ready);
    expect([clock.now(), clock.wallNow()]).toEqual([70, 1_000_070]);
    await expect(clock.runUntil(() => false)).rejects.toThrow('Nothing is left to wait for');
    clock.setTimeout(() => {}, Infinity);
    await expect(clock.runUntil(() => false)).rejects.toThrow('Nothing is left');
    clock.setTimeout(() => {}, 5_000);
    await expect(clock.runUntil(() => false, 1_000)).rejects.toThrow('does not hold within 1000 ms');
    expect(await new SimulatedClock().step()).toBe(false);
  });

  it('pause ends with its time, with its signal, and at once with one that has aborted, leaving no timer', async () => {
    const clock = new SimulatedClock();
    const abort = new AbortController();
    const ended: string[] = [];
    void pause(clock, 10).then(() => ended.push('time'));
    void pause(clock, 1_000, abort.signal).then(() => ended.push('signal'));
    void pause(clock, 1_000, AbortSignal.abort()).then(() => ended.push('aborted'));
    await clock.advance(10);
    abort.abort();
    await clock.settle();
    expect(ended).toEqual(['aborted', 'time', 'signal']);
    expect(clock.pending).toBe(0);
  });
});

describe('the system clock', () => {
  it('holds delays longer than the 2³¹ - 1 ms of the platform, and infinite ones, without firing at once', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
    try {
      const fired: string[] = [];
      const long = 2 ** 31 + 5_000;
      systemClock.setTimeout(() => fired.push('long'), long);
      const endless = systemClock.setTimeout(() => fired.push('endless'), Infinity);
      const cleared = systemClock.setTimeout(() => fired.push('cleared'), long);
      systemClock.clearTimeout(cleared);
      vi.advanceTimersByTime(long - 10);
      expect(fired).toEqual([]);
      vi.advanceTimersByTime(20);
      expect(fired).toEqual(['long']);
      systemClock.clearTimeout(endless);
      systemClock.clearTimeout(7);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is not moved by the wall clock', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      vi.setSystemTime(1_000_000);
      const before = systemClock.now();
      vi.setSystemTime(0);
      expect(systemClock.now()).toBeGreaterThanOrEqual(before);
      expect(systemClock.wallNow()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('seeded chance', () => {
  it('is the same for the same seed, different for others, within its bounds and evenly spread', () => {
    const draw = (seed: number): readonly number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 10_000 }, () => random.next());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const numbers = draw(3);
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    const buckets = Array.from(
      { length: 10 },
      (_, bucket) => numbers.filter((number) => Math.floor(number * 10) === bucket).length,
    );
    for (const count of buckets) expect(count).toBeGreaterThan(850);
  });
});
