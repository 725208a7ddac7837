/** What values become when they are let in, over all that JSON can carry, and over what it cannot at any place of it. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../src/model/errors.js';
import { copyPlainData, defaultValueLimits, freezePlainData, valueLimitsOf } from '../../src/store/plain-data.js';

const both = [
  ['copied', copyPlainData],
  ['frozen in place', freezePlainData],
] as const;

const anyName = fc.oneof(
  fc.string({ maxLength: 3 }).map((name) => name.replaceAll('.', ',')),
  fc.constantFrom('__proto__', 'constructor', 'toString', '0'),
);
const anyLeaf = fc.oneof(
  fc.string({ maxLength: 4 }),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
  fc.constant(null),
);
const { anyPlain } = fc.letrec<{ anyPlain: unknown }>((tie) => ({
  anyPlain: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    anyLeaf,
    fc.array(tie('anyPlain'), { maxLength: 4 }),
    objectOf(tie('anyPlain')),
  ),
}));

function objectOf(values: fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  return fc
    .tuple(
      fc.array(fc.tuple(anyName, fc.oneof({ weight: 9, arbitrary: values }, { weight: 1, arbitrary: fc.constant(undefined) })), {
        maxLength: 4,
      }),
      fc.boolean(),
    )
    .map(([entries, hasPrototype]) => {
      const object = Object.create(hasPrototype ? Object.prototype : null) as object; // a literal, or one without a prototype
      for (const [name, value] of entries)
        Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
      return object;
    });
}

/** What JSON would make of it, told by writing and reading it. */
function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function isDeepFrozen(value: unknown): boolean {
  return typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen));
}

/** How large it is: each name and string by its length, everything else by eight. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  const names = Array.isArray(value) ? 0 : Object.keys(value).join('').length;
  const parts = Object.values(value).filter((part) => part !== undefined);
  return parts.reduce((sum: number, part) => sum + sizeOf(part), 8 + names);
}

/** How many objects and arrays are inside each other. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** What no value can hold, and what is said of it. */
const flaws: readonly (readonly [() => unknown, string])[] = [
  [() => () => 1, 'is a function'],
  [() => Symbol('x'), 'is a symbol'],
  [() => 1n, 'is a bigint'],
  [() => NaN, 'is NaN'],
  [() => Infinity, 'is Infinity'],
  [() => -Infinity, 'is -Infinity'],
  [() => new Date(0), 'is an instance of Date'],
  [() => new Map(), 'is an instance of Map'],
  [() => new (class Pod {})(), 'is an instance of Pod'],
  [() => new (class {})(), 'is an instance of a class'],
  [() => Object.create(Object.create({ constructor: 'Pod' })) as unknown, 'is an instance of a class'],
  [() => ({ [Symbol('x')]: 1 }), 'has a symbol as a property'],
];
const accessors: readonly PropertyDescriptor[] = [
  { get: () => 1, enumerable: true },
  { set: () => {}, enumerable: true },
];

/** A value with a flaw at the end of a path of names and places. */
function buried(path: readonly (string | number)[], flaw: unknown, beside: unknown): unknown {
  return path.reduceRight<unknown>((inside, step) => {
    if (typeof step === 'number') return [...Array.from({ length: step }, () => beside), inside, beside];
    return Object.defineProperties(
      {},
      { before: { value: beside, enumerable: true }, [step]: { value: inside, enumerable: true } },
    );
  }, flaw);
}

const anyPath = fc.array(fc.oneof(fc.nat(2), fc.constantFrom('a', 'b', '__proto__')), { maxLength: 25, size: 'max' });

function refusalOf(work: () => unknown): ValidationError {
  try {
    work();
  } catch (error) {
    if (error instanceof ValidationError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe.each(both)('a value that is %s', (_, admit) => {
  it('is deep-frozen and the same as JSON would make it', () => {
    fc.assert(
      fc.property(anyPlain, (value) => {
        fc.pre(value !== null);
        const wanted = throughJson(value);
        const admitted = admit(value);
        expect(isDeepFrozen(admitted)).toBe(true);
        expect(throughJson(admitted)).toEqual(wanted);
        if (admit === freezePlainData) expect(admitted).toBe(value);
        else expect(isDeepStrictEqual(admitted, wanted)).toBe(true);
      }),
      { seed: 51, numRuns: 300 },
    );
  });

  it('D14: may be as deep and as large as it is, and no less', () => {
    fc.assert(
      fc.property(anyPlain, (value) => {
        fc.pre(value !== null);
        const [depth, size] = [depthOf(value), sizeOf(value)];
        admit(structuredClone(value), { depth, size });
        if (depth > 0) {
          const error = refusalOf(() => admit(structuredClone(value), { depth: depth - 1, size }));
          expect([error.field?.split('.').length, error.message.includes(`deeper than ${depth - 1} levels`)]).toEqual([
            depth,
            true,
          ]);
        }
        if (size > 0) {
          const error = refusalOf(() => admit(structuredClone(value), { depth, size: size - 1 }));
          expect(error.message).toContain(`larger than ${size - 1} characters`);
        }
      }),
      { seed: 52, numRuns: 300 },
    );
  });

  it('D14: is refused when anything in it is no plain data, by its place and its reason', () => {
    fc.assert(
      fc.property(anyPath, fc.constantFrom(...flaws), anyLeaf, (path, [make, reason], beside) => {
        const error = refusalOf(() => admit(buried(path, make(), beside)));
        expect(error.field).toBe(['value', ...path.slice(0, 20)].join('.'));
        expect(error.message).toContain(`${error.field} ${reason}`);
      }),
      { seed: 53, numRuns: 300 },
    );
  });

  it('D14: is refused, and nobody is called, where it has accessors', () => {
    fc.assert(
      fc.property(anyPath, fc.constantFrom(...accessors), (path, accessor) => {
        const error = refusalOf(() => admit(buried(path, Object.defineProperty({}, 'at', accessor), 1)));
        expect(error.field).toBe(['value', ...path, 'at'].slice(0, 21).join('.'));
        expect(error.message).toContain(`is an accessor`);
      }),
      { seed: 54, numRuns: 100 },
    );
  });

  it('D14: is refused when it is absent as a whole, or in an array, and when reading it throws', () => {
    for (const absent of [null, undefined])
      expect(refusalOf(() => admit(absent)).message).toContain(`value is ${absent}, which means`);
    const cause = new Error('no');
    const trap = new Proxy({}, { ownKeys: () => { throw cause; } }); // prettier-ignore
    fc.assert(
      fc.property(anyPath, fc.nat(3), (path, place) => {
        const holed = buried(
          path,
          Array.from({ length: place + 1 }, (_absent, index) => (index === place ? undefined : 1)),
          1,
        );
        const hole = refusalOf(() => admit(holed));
        expect(hole.field).toBe(['value', ...path, place].slice(0, 21).join('.'));
        expect(hole.message).toContain('is undefined');
        const sparse = Array.from({ length: place }, () => 1);
        sparse.length++; // ends with a hole, which reads as undefined and is not there
        expect(refusalOf(() => admit(buried(path, sparse, 1))).message).toContain('is undefined');
        const trapped = refusalOf(() => admit(buried(path, trap, 1)));
        expect(trapped.message).toContain('cannot be read');
        expect(trapped.cause).toBe(cause);
      }),
      { seed: 55, numRuns: 50 },
    );
  });
});

describe('a copy', () => {
  it('shares nothing with the original, which stays as it was', () => {
    fc.assert(
      fc.property(anyPlain, (value) => {
        fc.pre(typeof value === 'object' && value !== null);
        const wanted = throughJson(value);
        const copy = copyPlainData(value);
        expect(Object.isFrozen(value)).toBe(false);
        expect(throughJson(value)).toEqual(wanted);
        for (const name of Object.keys(value)) Reflect.set(value, name, 'changed');
        expect(isDeepStrictEqual(copy, wanted)).toBe(true);
      }),
      { seed: 56, numRuns: 200 },
    );
  });
});

describe('limits', () => {
  it('are what is given, and the defaults for the rest', () => {
    const limit = fc.option(fc.nat(), { nil: undefined });
    fc.assert(
      fc.property(limit, limit, (depth, size) => {
        const given = valueLimitsOf({ ...(depth === undefined ? {} : { depth }), size } as object);
        expect(given).toEqual({ depth: depth ?? 128, size: size ?? 16_777_216 });
      }),
    );
    expect(valueLimitsOf()).toEqual(defaultValueLimits);
  });

  it('D14: without any the defaults hold', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    for (const [, admit] of both) {
      admit(nested(128));
      expect(refusalOf(() => admit(nested(129))).message).toContain('deeper than 128');
      admit('x'.repeat(16_777_216));
      expect(refusalOf(() => admit('x'.repeat(16_777_217))).message).toContain('larger than 16777216');
    }
  });
});
