/** Whether two manifests say the same, compared with what JSON makes of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlainEqual } from '../../../src/datastore/directory/plain-equal.js';

describe('two values', () => {
  it.each<[unknown, unknown]>([
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [{ a: 1 }, { b: 1 }],
    [{ toString: 1 }, {}],
    [{}, { toString: 1 }],
    [{ a: Object.prototype.toString }, { toString: Object.prototype.toString }],
    [[], {}],
    [[1], { 0: 1 }],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, 1]],
    [null, {}],
    [null, undefined],
    [0, false],
    ['1', 1],
  ])('%j and %j differ', (a, b) => {
    expect([isPlainEqual(a, b), isPlainEqual(b, a)]).toEqual([false, false]);
  });

  it.each<[unknown]>([
    [{ a: 1, b: [{ c: null }] }],
    [[[]]],
    ['x'],
    [null],
    [false],
    [{ constructor: { x: 1 }, ['__proto__']: { y: 1 } }],
  ])('are the same when one is a copy of the other: %j', (value) => {
    expect(isPlainEqual(value, structuredClone(value))).toBe(true);
  });

  it('are the same when their JSON is, but for the order of properties', () => {
    const sorted = (value: unknown): string =>
      JSON.stringify(value, (_, part: unknown) =>
        typeof part === 'object' && part !== null && !Array.isArray(part)
          ? { object: Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)) }
          : part,
      );
    const small = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(null, 0, 1, 'a', true),
        fc.array(tie('value'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'constructor'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).value;
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(isPlainEqual(a, b)).toBe(sorted(a) === sorted(b));
        expect(isPlainEqual(a, structuredClone(a))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
