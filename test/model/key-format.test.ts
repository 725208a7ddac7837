import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkKey, formatKey, isAtOrBelow, maxKeyLength, parseKey, ValidationError } from '../../src/index.js';

const segment = fc.oneof(
  fc.string({ minLength: 1, unit: 'grapheme' }),
  fc.constantFrom('__proto__', 'constructor', '%', '%2F', 'a/b', '..', ' ', '\u0000', '\u007f', '\uffff', '😀', '0'),
);
const segments = fc.array(segment, { minLength: 1, maxLength: 5 });

describe('keys', () => {
  it('D12: formatKey and parseKey are inverse to each other: each list of segments has exactly one key', () => {
    fc.assert(
      fc.property(segments, (list) => {
        expect(parseKey(formatKey(list))).toEqual(list);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('/', 'a', '%', '2', 'F', 'f', '\n', 'b') }), (text) => {
        let parsed: readonly string[];
        try {
          parsed = parseKey(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ValidationError);
          return;
        }
        expect(formatKey(parsed)).toBe(text);
      }),
      { numRuns: 5_000 },
    );
  });

  it('D12: what lies below a key is what has its segments and more', () => {
    fc.assert(
      fc.property(segments, segments, (one, other) => {
        const isPrefix = one.length <= other.length && one.every((part, index) => part === other[index]);
        expect(isAtOrBelow(formatKey(other), formatKey(one))).toBe(isPrefix);
      }),
    );
    expect(isAtOrBelow('/ab', '/a')).toBe(false);
    expect(isAtOrBelow('/a/b', '/a')).toBe(true);
  });

  it.each([
    ['', 'write "/"'],
    ['pods/x', 'write "/pods/x"'],
    ['/', 'empty segment'],
    ['/pods/', 'trailing "/"'],
    ['/pods//x', 'empty segment'],
    ['/pods/a%20b', 'formatKey does it'],
    ['/pods/%2f', 'formatKey does it'],
    ['/pods/%', 'formatKey does it'],
    ['/pods/a\nb', 'formatKey does it'],
    ['/pods/\ud800', 'lone surrogate'],
    [`/${'x'.repeat(maxKeyLength)}`, `at most ${maxKeyLength}`],
    [undefined, 'not undefined'],
    [null, 'not null'],
    [{}, 'not object'],
    [Symbol('x'), 'not symbol'],
  ])('%j is refused, and the message says what to do', (key, hint) => {
    expect(() => checkKey(key)).toThrow(ValidationError);
    expect(() => checkKey(key)).toThrow(hint);
  });

  it('a key of 64 KiB is legal, and checking it takes no time worth speaking of', () => {
    const key = `/pods/${'x/'.repeat(30_000)}x`;
    expect(checkKey(key)).toBe(key);
    expect(() => checkKey(`${key}%`)).toThrow(ValidationError);
  });
});
