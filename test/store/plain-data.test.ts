import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../src/index.js';
import { copyPlainData, defaultValueLimits, freezePlainData, valueLimitsOf } from '../../src/store/plain-data.js';

const both = [
  ['copied', copyPlainData],
  ['frozen in place', freezePlainData],
] as const;

describe.each(both)('a value that is %s', (_, admit) => {
  it.each<[string, () => unknown, string]>([
    ['null', () => null, 'no object'],
    ['undefined', () => undefined, 'no object'],
    ['a function', () => ({ a: [() => 1] }), 'value.a.0 is a function'],
    ['a symbol', () => ({ a: Symbol('x') }), 'value.a is a symbol'],
    ['a symbol as a name', () => ({ [Symbol('x')]: 1 }), 'symbol as a property'],
    ['a bigint', () => 1n, 'value is a bigint'],
    ['NaN', () => [NaN], 'value.0 is NaN'],
    ['infinity', () => ({ a: -Infinity }), 'value.a is -Infinity'],
    ['undefined in an array', () => [1, undefined], 'value.1 is undefined'],
    ['a hole in an array', () => new Array(3), 'value.0 is undefined'],
    ['a date', () => ({ at: new Date(0) }), 'instance of Date'],
    ['a map', () => new Map(), 'instance of Map'],
    ['bytes', () => new Uint8Array(3), 'instance of Uint8Array'],
    ['an instance', () => new (class Pod {})(), 'instance of Pod'],
    ['an instance of nothing', () => Object.create(Object.create({ constructor: null })) as unknown, 'instance of a class'],
    ['a getter', () => Object.defineProperty({}, 'a', { get: () => 1, enumerable: true }), 'value.a is an accessor'],
    ['a setter', () => Object.defineProperty({}, 'a', { set: () => {}, enumerable: true }), 'value.a is an accessor'],
    [
      'itself',
      () => {
        const self: unknown[] = [];
        self.push(self);
        return self;
      },
      'nested deeper than 128',
    ],
    ['a million levels', () => JSON.parse('['.repeat(1_000_000) + ']'.repeat(1_000_000)) as unknown, 'nested deeper than 128'],
    ['too much text', () => 'x'.repeat(17_000_000), 'larger than 16777216'],
    ['too many leaves', () => Array.from({ length: 3_000_000 }, () => 0), 'larger than 16777216'],
    [
      'a proxy that throws',
      () =>
        new Proxy(
          { a: 1 },
          {
            ownKeys: () => {
              throw new Error('no');
            },
          },
        ),
      'cannot be read',
    ],
  ])('D14: is not %s', (_name, make, message) => {
    const value = make();
    expect(() => admit(value)).toThrow(ValidationError);
    expect(() => admit(value)).toThrow(message);
  });

  it("may have names that are JavaScript's own, and pollutes nothing", () => {
    const value = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "toString": "x"}') as Record<string, unknown>;
    const admitted = admit(value);
    expect(Object.getOwnPropertyNames(admitted)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(admitted)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('may have no prototype, and be of another realm', () => {
    expect(admit(Object.assign(Object.create(null) as object, { a: 1 }))).toMatchObject({ a: 1 });
  });
});

describe('what is particular to each', () => {
  it('a copy leaves the original alone, and leaves out what is undefined', () => {
    const original = { a: { b: [1] }, c: undefined };
    const copy = copyPlainData(original);
    expect(copy).toEqual({ a: { b: [1] } });
    expect(Object.keys(copy)).toEqual(['a']);
    original.a.b.push(2);
    expect(copy.a.b).toEqual([1]);
  });

  it('frozen in place, it is the same object', () => {
    const original = { a: { b: [1] } };
    expect(freezePlainData(original)).toBe(original);
    expect(() => original.a.b.push(2)).toThrow(TypeError);
  });

  it('limits can be set', () => {
    expect(() => copyPlainData([[[1]]], { depth: 2, size: 100 })).toThrow('deeper than 2');
    expect(copyPlainData([[1]], { depth: 2, size: 100 })).toEqual([[1]]);
    expect(() => copyPlainData({ name: 'x'.repeat(100) }, { depth: 2, size: 100 })).toThrow('larger than 100');
  });
});

describe('limits', () => {
  it('D14: that are given as undefined are the default, and not none', () => {
    expect(valueLimitsOf()).toEqual(defaultValueLimits);
    expect(valueLimitsOf({ depth: undefined, size: 3 } as object)).toEqual({ ...defaultValueLimits, size: 3 });
  });
});
