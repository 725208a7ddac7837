/** Whether two lists hold the same objects, against texts that are sorted. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, haveSameObjects } from '../../../src/cache/poller/same-objects.js';

const anyLeaf = fc.oneof(fc.constantFrom(null, true, false, 0, 1, '', '0', 'a', 'null', '__proto__'), fc.nat(3));
const anyName = fc.constantFrom('a', 'b', '__proto__', 'toString', '');
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    anyLeaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(anyName, tie('value')), { maxLength: 3 }).map((entries) => JSON.parse(objectText(entries)) as unknown),
  ),
}));

function objectText(entries: readonly (readonly [string, unknown])[]): string {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}

/** The oracle: one text for all orders of the properties. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${textOf(each)}`);
  return `{${entries.toSorted().join(',')}}`;
}

const textsOf = (objects: readonly unknown[]): readonly string[] => objects.map(textOf).toSorted();

/** The same once more, with its properties the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return JSON.parse(objectText(Object.entries(value).toReversed()));
}

describe('two lists', () => {
  it('PO4: hold the same objects when their sorted texts are equal, whatever the order and however often each is there', () => {
    const seen = { same: 0, different: 0 };
    fc.assert(
      fc.property(
        fc
          .array(anyValue, { maxLength: 6 })
          .chain((list) =>
            fc.tuple(
              fc.constant(list),
              fc.oneof(
                fc.shuffledSubarray(list, { minLength: list.length }),
                fc.array(list.length === 0 ? anyValue : fc.oneof(fc.constantFrom(...list), anyValue), { maxLength: 6 }),
              ),
            ),
          ),
        ([one, other]) => {
          const expected = textsOf(one).join('\n') === textsOf(other).join('\n');
          seen[expected ? 'same' : 'different']++;
          expect(haveSameObjects(one, other.map(turned))).toBe(expected);
          expect(haveSameObjects(other.map(turned), one)).toBe(expected);
        },
      ),
      { seed: 21, numRuns: 2_000 },
    );
    expect(Math.min(seen.same, seen.different)).toBeGreaterThan(300); // both answers were asked for
  });

  it('PO4: are told from each other also where two objects look the same at first sight', () => {
    const [a, b, c] = [
      { id: 360_987, value: 0 },
      { id: 543_400, value: 0 },
      { id: 1, value: 0 },
    ];
    expect(fingerprintOf(a), 'two objects with one fingerprint').toBe(fingerprintOf(b));
    expect(haveSameObjects([a, b], [b, a])).toBe(true);
    expect(haveSameObjects([a, b, c], [c, a, b])).toBe(true);
    expect(haveSameObjects([a, a, c], [c, a, b])).toBe(false);
    expect(haveSameObjects([a, c], [c, b])).toBe(false);
  });

  it('PO4: of 5,000 objects, in another order, are compared in the time of their number', () => {
    let reads = 0;
    const listOf = (ids: readonly number[]): readonly unknown[] =>
      ids.map((id) => Object.defineProperty({}, 'id', { enumerable: true, get: () => (reads++, `object ${id}`) }));
    const ids = Array.from({ length: 5_000 }, (_, id) => id);
    expect(haveSameObjects(listOf(ids), listOf(ids.toReversed()))).toBe(true);
    expect(reads).toBeLessThan(20 * ids.length);
    reads = 0;
    const twoKinds = ids.map((id) => id % 2); // many times the same one
    expect(haveSameObjects(listOf(twoKinds), listOf(twoKinds.map((kind) => 1 - kind)))).toBe(true);
    expect(reads).toBeLessThan(20 * ids.length);
  });
});
