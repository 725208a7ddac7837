/** Field selectors against a naive reading of their documents, over objects written down as a list of paths. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFieldSelector } from '../../../src/cache/selectors/field-parser.js';
import type { FieldRequirement } from '../../../src/cache/selectors/field-selector.js';
import { SelectorSyntaxError } from '../../../src/cache/selectors/syntax-error.js';

const paths = ['name', 'spec.node', 'spec.phase', 'spec.deep.down', '__proto__.x', 'toString'];
const anyValue = fc.oneof(fc.constantFrom('', 'web', '5', 'true', 'a,b', 'x=y', '\\', '\\,', '!='), fc.string({ maxLength: 4 }));
const anyRequirement: fc.Arbitrary<FieldRequirement> = fc.record({
  path: fc.constantFrom(...paths),
  operator: fc.constantFrom('=', '!='),
  value: anyValue,
});
const anyRequirements = fc.array(anyRequirement, { maxLength: 4 });
const anyFields = fc.uniqueArray(
  fc.record({ path: fc.constantFrom(...paths), value: fc.oneof(anyValue, fc.constantFrom(5, true, null)) }),
  { selector: ({ path }) => path },
);

/** The object of which these fields are all that there is, put together as text. */
function objectOf(fields: readonly { readonly path: string; readonly value: unknown }[]): unknown {
  const heads = [...new Set(fields.map(({ path }) => path.split('.')[0] ?? ''))];
  const members = heads.map((head) => {
    const leaf = fields.find(({ path }) => path === head);
    const below = fields
      .filter(({ path }) => path.startsWith(`${head}.`))
      .map(({ path, value }) => ({ path: path.slice(head.length + 1), value }));
    return `${JSON.stringify(head)}:${JSON.stringify(leaf === undefined ? objectOf(below) : leaf.value)}`;
  });
  return JSON.parse(`{${members.join(',')}}`);
}

/** A value as text, each character by itself. */
const write = (value: string): string =>
  Array.from(value, (character) => (',=\\'.includes(character) ? `\\${character}` : character)).join('');

const pieces = ['a', 'metadata.name', '.', '=', '==', '!=', '!', ',', '\\', ' ', '\\,', '\\=', '\\\\', 'web', '(', '>', '\ud800'];
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 10 }).map((parts) => parts.join('')),
);

describe('a field selector', () => {
  it('Q1, Q2: selects what each of its requirements says, however they are ordered and written, and reads what it prints', () => {
    const seen = { selected: 0, refused: 0 };
    fc.assert(
      fc.property(anyRequirements, anyFields, fc.constantFrom('=', '=='), (requirements, fields, equals) => {
        const textOf = (path: string): string => {
          const value = fields.find((candidate) => candidate.path === path)?.value;
          return value === undefined || value === null ? '' : `${value}`;
        };
        const expected = requirements.every(({ path, operator, value }) => (operator === '=') === (textOf(path) === value));
        seen[expected ? 'selected' : 'refused']++;
        const terms = requirements.map(({ path, operator, value }) => `${path}${operator === '=' ? equals : '!='}${write(value)}`);
        const selector = parseFieldSelector(terms.join(','));
        expect(selector.requirements).toHaveLength(new Set(requirements.map((one) => JSON.stringify(one))).size); // each once
        expect(selector.requirements).toEqual(expect.arrayContaining(requirements));
        expect(selector.matches(objectOf(fields))).toBe(expected);
        expect(parseFieldSelector(terms.toReversed().join(',,')).requirements).toEqual(selector.requirements);
        expect(parseFieldSelector(selector.toString()).requirements).toEqual(selector.requirements);
        expect(parseFieldSelector(selector.toString()).toString()).toBe(selector.toString());
        for (const path of paths) {
          // Narrowing a list by it loses nothing that is selected.
          const exact = selector.requiresExactMatch(path);
          if (exact !== undefined && expected) expect(textOf(path)).toBe(exact);
          expect(exact === undefined).toBe(!requirements.some((one) => one.path === path && one.operator === '='));
        }
      }),
      { seed: 81, numRuns: 2_000 },
    );
    expect(Math.min(seen.selected, seen.refused)).toBeGreaterThan(300); // both answers were asked for
  });

  it('Q3: reads any text, or says where in it the mistake is', () => {
    const seen = { read: 0, refused: 0 };
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          const selector = parseFieldSelector(text);
          seen.read++;
          expect(parseFieldSelector(selector.toString()).requirements).toEqual(selector.requirements);
        } catch (error) {
          if (!(error instanceof SelectorSyntaxError)) throw error;
          seen.refused++;
          expect(error.expression).toBe(text);
          expect(error.position).toBeGreaterThanOrEqual(0);
          expect(error.position).toBeLessThanOrEqual(text.length);
        }
      }),
      { seed: 82, numRuns: 3_000 },
    );
    expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(200);
  });
});
