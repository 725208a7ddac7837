/** Times and counts that are given, over those that are not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syncerDefaults } from '../../src/index.js';
import type { ReflectorTimings } from '../../src/model/timings.js';
import { checkNumber, completeTimings } from '../../src/policy/timings.js';

const defaults: ReflectorTimings = syncerDefaults;
const { backoff: usual, ...numbers } = defaults;
const names = Object.keys(numbers).filter((name) => typeof Reflect.get(numbers, name) === 'number');
const anyNumber = fc.oneof(fc.nat(), fc.constantFrom(0, 0.5, Infinity));

/** The field that is told to be wrong; undefined when nothing is. */
function refusedField(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    expect(String(error)).toContain('Illegal option');
    return (error as { readonly field?: unknown }).field;
  }
}

describe('timings', () => {
  it('D6: what is given counts, and what is absent or undefined is the default', () => {
    const given = fc.dictionary(fc.constantFrom(...names), fc.option(anyNumber, { nil: undefined }));
    const backoff = fc.record(
      {
        factor: fc.constantFrom(1, 2, undefined),
        max: fc.option(fc.nat(), { nil: undefined }),
        jitter: fc.constantFrom('full', 'none', undefined),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(given, backoff, fc.constantFrom('', 'timings.'), (wanted, wantedBackoff, path) => {
        const complete = completeTimings({ ...wanted, backoff: wantedBackoff }, defaults, path);
        for (const name of names) expect(Reflect.get(complete, name)).toBe(wanted[name] ?? Reflect.get(numbers, name));
        expect(complete.backoff).toEqual({
          factor: wantedBackoff.factor ?? usual.factor,
          max: wantedBackoff.max ?? usual.max,
          jitter: wantedBackoff.jitter ?? usual.jitter,
        });
      }),
      { seed: 1 },
    );
  });

  it('D11: what is wrong is refused by the name of its option, below the path that it was given at', () => {
    const noNumber = fc.constantFrom<unknown>(-1, NaN, '5', null, {}, true, [7], () => 5);
    fc.assert(
      fc.property(fc.constantFrom(...names), noNumber, fc.constantFrom(undefined, 'timings.'), (name, value, path) => {
        const wrong = { [name]: value } as Partial<ReflectorTimings>;
        expect(refusedField(() => completeTimings(wrong, defaults, path))).toBe(`${path ?? ''}${name}`);
      }),
      { seed: 1 },
    );
    const backoffs: readonly (readonly [string, unknown])[] = [
      ['factor', 0.9],
      ['max', -1],
      ['jitter', 'some'],
      ['jitter', 7],
    ];
    for (const [member, value] of backoffs) {
      const wrong = { backoff: { ...usual, [member]: value } } as Partial<ReflectorTimings>;
      expect(refusedField(() => completeTimings(wrong, defaults))).toBe(`backoff.${member}`);
      expect(refusedField(() => completeTimings(wrong, defaults, 'timings.'))).toBe(`timings.backoff.${member}`);
    }
    expect(refusedField(() => checkNumber('limit', 0, 1))).toBe('limit');
    expect(refusedField(() => checkNumber('limit', 1, 1))).toBeUndefined();
  });
});
