/** The quick way to freeze: it takes nearly every value, and none that must be refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freezeQuickly } from '../../src/store/quick-freeze.js';

const limits = { depth: 64, size: 100_000 };
const anyValue = fc.jsonValue({ depthSize: 'small', maxDepth: 4 }).filter((value) => value !== null);

function isDeepFrozen(value: unknown): boolean {
  return typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen));
}

/** How deep and how large a value is, told from its JSON text: brackets, names and leaves. */
function measure(value: unknown): { readonly depth: number; readonly size: number } {
  if (typeof value === 'string') return { depth: 0, size: value.length };
  if (typeof value !== 'object' || value === null) return { depth: 0, size: 8 };
  const parts = Object.values(value).map(measure);
  const names = Array.isArray(value) ? 0 : Object.keys(value).reduce((sum, name) => sum + name.length, 0);
  return {
    depth: 1 + Math.max(0, ...parts.map(({ depth }) => depth)),
    size: 8 + names + parts.reduce((sum, { size }) => sum + size, 0),
  };
}

/** What is no plain data, or needs a closer look. */
const strange: readonly (() => unknown)[] = [
  () => undefined,
  () => () => 1,
  () => Symbol('x'),
  () => 1n,
  () => NaN,
  () => -Infinity,
  () => new Date(0),
  () => new (class Pod {})(),
  () => ({ [Symbol('x')]: 1 }),
  () => Object.create(null) as unknown,
  () => [, 1], // oxlint-disable-line no-sparse-arrays
  () => Object.defineProperty([], 0, { get: () => 1, enumerable: true }),
  () => Object.defineProperty({}, 'a', { get: () => 1, enumerable: true }),
  () => Object.defineProperty({}, 'a', { set: () => {}, enumerable: true }),
  () => new Proxy({}, { getPrototypeOf: () => { throw new Error('no'); } }), // prettier-ignore
  () => {
    const self: unknown[] = [];
    self.push(self);
    return self;
  },
];

describe('freezing quickly', () => {
  it('R15: freezes whatever JSON can carry, as deep and as large as it is, and no less', () => {
    fc.assert(
      fc.property(anyValue, fc.boolean(), (value, leavesOut) => {
        const candidate = (): unknown =>
          leavesOut ? { absent: undefined, value: structuredClone(value) } : structuredClone(value);
        const { depth, size } = measure(value);
        const exact = leavesOut ? { depth: depth + 1, size: size + 8 + 'absent'.length + 'value'.length } : { depth, size };
        const frozen = candidate();
        expect(freezeQuickly(frozen, exact)).toBe(true);
        expect(isDeepFrozen(frozen)).toBe(true);
        expect(frozen).toEqual(candidate());
        expect(freezeQuickly(candidate(), { ...exact, size: exact.size - 1 })).toBe(false);
        if (exact.depth > 0) expect(freezeQuickly(candidate(), { ...exact, depth: exact.depth - 1 })).toBe(false);
      }),
      { seed: 57, numRuns: 400 },
    );
    expect(freezeQuickly(null, limits)).toBe(false);
  });

  it('D14: lets nothing pass that needs a closer look, wherever it is', () => {
    const anyPath = fc.array(fc.oneof(fc.nat(2), fc.constantFrom('a', '__proto__x')), { maxLength: 6 });
    fc.assert(
      fc.property(anyPath, fc.constantFrom(...strange), (path, make) => {
        const flaw = make();
        fc.pre(!(flaw === undefined && typeof path.at(-1) === 'string')); // a property that is undefined is left out
        const value = path.reduceRight<unknown>(
          (inside, step) =>
            typeof step === 'number' ? [...Array.from({ length: step }, () => 'x'), inside] : { before: 1, [step]: inside },
          flaw,
        );
        expect(freezeQuickly(value, limits)).toBe(false);
      }),
      { seed: 58, numRuns: 400 },
    );
  });

  it('D14: gives up at once what is too large, without a look at the rest of it', () => {
    let looks = 0;
    const nested = new Proxy({ a: 1 }, { getPrototypeOf: () => (looks++, Object.prototype) });
    expect(freezeQuickly(['x'.repeat(10), nested], { depth: 9, size: 20 })).toBe(false);
    expect(looks).toBe(0);
  });
});
