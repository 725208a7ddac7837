/** Label selectors against a naive reading of the documents: what each requirement says, in words, over a list of pairs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLabelSelector } from '../../../src/cache/selectors/label-parser.js';
import { labelSelectorOf } from '../../../src/cache/selectors/label-selector.js';
import type { LabelOperator, LabelRequirementInput } from '../../../src/cache/selectors/requirement.js';
import { SelectorSyntaxError } from '../../../src/cache/selectors/syntax-error.js';

const anyKey = fc.constantFrom('app', 'tier', 'in', 'notin', 'example.com/app', 'x', 'constructor', 'toString', '1');
const anyValue = fc.oneof(fc.constantFrom('', 'web', 'db', 'in', 'notin', '1', '02', '10', 'a.b-c_d'), fc.nat(20).map(String));
const anyNumber = fc.oneof(fc.nat(12).map(String), fc.constantFrom('007', '9223372036854775807'));
const anyRequirement: fc.Arbitrary<LabelRequirementInput> = fc.oneof(
  fc.record({ key: anyKey, operator: fc.constantFrom<LabelOperator>('=', '==', '!='), values: fc.tuple(anyValue) }),
  fc.record({
    key: anyKey,
    operator: fc.constantFrom<LabelOperator>('in', 'notin'),
    values: fc.array(anyValue, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ key: anyKey, operator: fc.constantFrom<LabelOperator>('exists', '!exists') }),
  fc.record({ key: anyKey, operator: fc.constantFrom<LabelOperator>('>', '<'), values: fc.tuple(anyNumber) }),
);
const anyRequirements = fc.array(anyRequirement, { maxLength: 5 });
const anyLabels = fc.array(
  fc.tuple(
    fc.oneof(anyKey, fc.constant('__proto__')),
    fc.oneof(anyValue, fc.constantFrom('-3', '+4', 'x1', '9223372036854775808')),
  ),
  { maxLength: 6 },
);

/** As JSON would make it: `__proto__` is a label like any other, and the last of a name counts. */
function objectOf(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const text = pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',');
  return JSON.parse(`{${text}}`) as Readonly<Record<string, string>>;
}

/** What Kubernetes' documents say of one requirement. */
function holds({ key, operator, values = [] }: LabelRequirementInput, pairs: readonly (readonly [string, string])[]): boolean {
  const label = pairs.findLast(([name]) => name === key)?.[1];
  const [first = ''] = values;
  const isNumber = label !== undefined && /^[-+]?[0-9]+$/.test(label) && BigInt(label.replace('+', '')) < 2n ** 63n;
  const difference = isNumber ? BigInt(label.replace('+', '')) - BigInt(/^[0-9]+$/.test(first) ? first : 0) : 0n;
  const meanings: Readonly<Record<LabelOperator, boolean>> = {
    '=': label === first,
    '==': label === first,
    '!=': label !== first,
    in: values.some((value) => value === label),
    notin: values.every((value) => value !== label),
    exists: label !== undefined,
    '!exists': label === undefined,
    '>': isNumber && difference > 0n,
    '<': isNumber && difference < 0n,
  };
  return meanings[operator];
}

/** What says something else than all before it. */
function distinct(requirements: readonly LabelRequirementInput[]): readonly LabelRequirementInput[] {
  const said = requirements.map(({ key, operator, values = [] }) =>
    [key, operator === '==' ? '=' : operator, ...new Set(values.toSorted())].join(' '),
  );
  return requirements.filter((_, index) => said.indexOf(said[index] ?? '') === index);
}

/** A text for a requirement, in one of the ways in which it can be written. */
function write({ key, operator, values = [] }: LabelRequirementInput, space: string): string {
  if (operator === 'exists') return `${space}${key}${space}`;
  if (operator === '!exists') return `!${space}${key}`;
  if (operator === 'in' || operator === 'notin')
    return `${key} ${space}${operator}${space}(${values.join(`${space},${space}`)}${space})`;
  return `${space}${key}${space}${operator}${space}${values.join('')}${space}`;
}

const pieces = ['x', 'app', 'in', 'notin', '=', '==', '!=', '!', '(', ')', ',', '>', '<', ' ', '\t', '1', '-', '/', '||', '\ud800', '\u0000']; // prettier-ignore
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join('')),
);

describe('a label selector', () => {
  it('Q2: selects what each of its requirements says in words, however they are ordered', () => {
    const seen = { selected: 0, refused: 0 };
    fc.assert(
      fc.property(anyRequirements, anyLabels, (requirements, pairs) => {
        const expected = requirements.every((requirement) => holds(requirement, pairs));
        seen[expected ? 'selected' : 'refused']++;
        expect(labelSelectorOf(requirements).matches(objectOf(pairs))).toBe(expected);
        expect(labelSelectorOf(requirements.toReversed()).matches(objectOf(pairs))).toBe(expected);
      }),
      { seed: 71, numRuns: 2_000 },
    );
    expect(Math.min(seen.selected, seen.refused)).toBeGreaterThan(300); // both answers were asked for
  });

  it('Q1: prints what reads as itself, in one text for all orders of its requirements, however often they are given, with = or ==', () => {
    fc.assert(
      fc.property(anyRequirements.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length }))), fc.boolean(), ([all, twice], isDoubled) => {
        const other = twice.map((one) => (isDoubled && one.operator === '=' ? { ...one, operator: '==' as const } : one));
        const selector = labelSelectorOf(all);
        const again = parseLabelSelector(selector.toString());
        expect(again.requirements).toEqual(selector.requirements);
        expect(again.toString()).toBe(selector.toString());
        expect(labelSelectorOf(other).requirements).toEqual(selector.requirements);
        expect(labelSelectorOf(other).toString()).toBe(selector.toString());
        expect(selector.requirements.map(({ key }) => key)).toEqual(distinct(all).map(({ key }) => key).toSorted());
        expect(labelSelectorOf(selector.requirements).requirements).toEqual(selector.requirements);
      }),
      { seed: 72, numRuns: 1_000 },
    ); // prettier-ignore
  });

  it('reads whatever way a requirement is written in', () => {
    fc.assert(
      fc.property(anyRequirements, fc.constantFrom('', ' ', '\t ', '\r\n'), (requirements, space) => {
        const text = requirements.map((requirement) => write(requirement, space)).join(',');
        expect(parseLabelSelector(text).requirements).toEqual(labelSelectorOf(requirements).requirements);
      }),
      { seed: 73, numRuns: 1_000 },
    );
  });

  it('Q3: reads any text, or says where in it the mistake is', () => {
    const seen = { read: 0, refused: 0 };
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          const { requirements } = parseLabelSelector(text);
          seen.read++;
          expect(parseLabelSelector(labelSelectorOf(requirements).toString()).requirements).toEqual(requirements);
        } catch (error) {
          if (!(error instanceof SelectorSyntaxError)) throw error;
          seen.refused++;
          expect(error.expression).toBe(text);
          expect(error.position).toBeGreaterThanOrEqual(0);
          expect(error.position).toBeLessThanOrEqual(text.length);
          // What stands before the mistake is not at fault: cut off there, the text is right or unfinished.
          const before = text.slice(0, error.position);
          expect(() => {
            try {
              parseLabelSelector(before);
            } catch (unfinished) {
              if (unfinished instanceof SelectorSyntaxError && unfinished.position === before.length) return;
              throw unfinished;
            }
          }).not.toThrow();
        }
      }),
      { seed: 74, numRuns: 3_000 },
    );
    expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(200);
  });
});
