/** The waits, against the same told by steps instead of formulas. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backoff } from '../../src/model/timings.js';
import { backoffDelay } from '../../src/policy/backoff.js';
import { waitBeforeList, waitBeforeWatch } from '../../src/policy/waits.js';
import { seededRandom } from '../../src/ports/random.js';
import { syncerDefaults } from '../../src/syncer/defaults.js';

const anyBackoff = fc.record({
  factor: fc.constantFrom(1, 1.5, 2, 3),
  max: fc.nat(20_000),
  jitter: fc.constantFrom('full' as const, 'none' as const),
});
const anyDraw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

/** The longest wait: the initial one, multiplied once for each further failure, until the cap is reached. */
function longest(failures: number, initial: number, { factor, max }: Backoff): number {
  if (failures === 0) return 0;
  let wait = initial;
  for (let further = 1; further < failures && wait < max; further++) wait *= factor;
  return wait > max && wait > initial ? Math.max(max, initial) : wait;
}

const anyInputs = fc.record({
  timings: fc
    .record({ backoff: anyBackoff, minResyncInterval: fc.nat(5_000), listRetryInterval: fc.nat(5_000) })
    .map((given) => Object.assign({}, syncerDefaults, given)),
  listFailures: fc.nat(6),
  watchFailures: fc.nat(6),
  spent: fc.nat(8_000),
  retryAfter: fc.oneof(fc.constant(0), fc.nat(10_000)),
});

describe('backoff', () => {
  it('D6: grows by its factor from the first failure on, up to its cap; an initial wait beyond the cap stays', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.nat(30_000), anyBackoff, (failures, initial, backoff) => {
        expect(backoffDelay(failures, initial, backoff)).toBeCloseTo(longest(failures, initial, backoff), 3);
      }),
      { seed: 21, numRuns: 500 },
    );
  });

  it('D6: full jitter draws evenly from nothing to that, in whole milliseconds; without jitter nothing is drawn', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.nat(30_000), anyBackoff, anyDraw, (failures, initial, backoff, drawn) => {
        const wait = backoffDelay(failures, initial, backoff, { next: () => drawn });
        const limit = longest(failures, initial, backoff);
        if (backoff.jitter === 'none') expect(wait).toBeCloseTo(limit, 3);
        else
          expect([Number.isInteger(wait), drawn * limit - wait >= -0.001, drawn * limit - wait < 1.001]).toEqual([
            true,
            true,
            true,
          ]);
      }),
      { seed: 22, numRuns: 500 },
    );
  });
});

describe('waits', () => {
  it('R20: before a watch, the rest of the pace, which grows with the failures; Retry-After is never undercut', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        const { timings, watchFailures, spent, retryAfter } = inputs;
        const pace = Math.max(timings.minResyncInterval, longest(watchFailures, timings.minResyncInterval, timings.backoff));
        const candidates = [pace - spent, retryAfter, 0].toSorted((a, b) => b - a);
        expect(waitBeforeWatch(inputs)).toBeCloseTo(candidates[0] ?? 0, 3);
      }),
      { seed: 23, numRuns: 500 },
    );
  });

  it('R20: before a list, the backoff of its failures, counted from the last of them, and never less than the pace', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        const { timings, listFailures, spent, retryAfter } = inputs;
        const backoff = longest(listFailures, timings.listRetryInterval, timings.backoff);
        const candidates = [backoff, timings.minResyncInterval - spent, retryAfter, 0].toSorted((a, b) => b - a);
        const expected = listFailures === 0 ? waitBeforeWatch(inputs) : candidates[0];
        expect(waitBeforeList(inputs)).toBeCloseTo(expected ?? 0, 3);
      }),
      { seed: 24, numRuns: 500 },
    );
  });

  it('R20: two attempts are never closer than the pace, and Retry-After is never undercut, whatever is drawn', () => {
    fc.assert(
      fc.property(anyInputs, fc.nat(), (inputs, seed) => {
        const timings = syncerDefaults;
        for (const wait of [waitBeforeList, waitBeforeWatch]) {
          const delay = wait({ ...inputs, timings }, seededRandom(seed));
          expect(delay + inputs.spent).toBeGreaterThanOrEqual(timings.minResyncInterval);
          expect(delay).toBeGreaterThanOrEqual(inputs.retryAfter);
          expect(delay).toBeLessThanOrEqual(Math.max(timings.backoff.max, inputs.retryAfter));
        }
      }),
      { seed: 25, numRuns: 200 },
    );
  });

  it('D6: what is drawn shortens the backoff, and nothing else', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        const floor = { ...inputs, watchFailures: 0, listFailures: 0 };
        const jittered = {
          ...inputs,
          timings: { ...inputs.timings, backoff: { ...inputs.timings.backoff, jitter: 'full' as const } },
        };
        const nothing = { next: () => 0 };
        expect(waitBeforeWatch(jittered, nothing)).toBe(waitBeforeWatch(floor));
        expect(waitBeforeList(jittered, nothing)).toBe(waitBeforeList(floor));
      }),
      { seed: 26, numRuns: 200 },
    );
  });
});
