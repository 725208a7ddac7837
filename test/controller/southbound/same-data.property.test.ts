/** What is the same as data, against JSON. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isSameData } from '../../../src/controller/southbound/same-data.js';

/** JSON with its names in order. */
function canonical(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one) ?? 'null').join()}]`;
  const names = Object.keys(value).toSorted((a, b) => (a < b ? -1 : 1));
  const members = names.map((name) => [name, canonical(Object.getOwnPropertyDescriptor(value, name)?.value)]);
  return `{${members.filter(([, text]) => text !== undefined).map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`; // prettier-ignore
}

const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    fc.constantFrom(null, 0, 1, 'a', true),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom('a', 'b', '__proto__'),
      fc.oneof({ weight: 4, arbitrary: tie('value') }, { weight: 1, arbitrary: fc.constant(undefined) }),
      { maxKeys: 3 },
    ),
  ),
}));

it('EH60: two values are the same when JSON carries the same of them, whatever their prototypes', () => {
  let same = 0;
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      const isSame = canonical(a) === canonical(b);
      same += Number(isSame);
      expect(isSameData(a, b)).toBe(isSame);
      expect(isSameData(a, structuredClone(a))).toBe(true);
    }),
    { numRuns: 1_000 },
  );
  expect(same).toBeGreaterThan(10);
});
