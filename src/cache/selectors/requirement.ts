/** One requirement of a label selector: what it may be, what it means, and how it is written (apimachinery, labels.Requirement). */
import { faultOfLabelKey, faultOfLabelValue } from './label-names.js';

/** How a requirement relates a label to its values. `=` and `==` mean the same, and become `=`. */
export type LabelOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!exists' | '>' | '<';

/**
 * What the label with this key must be.
 *
 * - `=`, `in`: it is there, and has one of the values.
 * - `!=`, `notin`: it is not there, or has none of the values.
 * - `exists`, `!exists`: it is there, or is not. There are no values.
 * - `>`, `<`: it is there, and is a whole number on that side of the value, which is one too.
 */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: Exclude<LabelOperator, '=='>;
  /** In order, each once. The empty string is a value like any other. */
  readonly values: readonly string[];
}

/** A requirement as a caller writes it down: with `=` or `==`, its values in any order, and left out where there are none. */
export interface LabelRequirementInput {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values?: readonly string[] | undefined;
}

/** What is wrong with a requirement, and where: in its `key`, `operator` or `values`, or in `values[2]`. */
export interface RequirementFault {
  readonly place: string;
  readonly found: unknown;
  readonly expected: string;
}

/** How many values an operator takes; the order of the operators where several requirements have one key. */
const valuesOf: Readonly<Record<LabelOperator, { readonly least: number; readonly most: number; readonly words: string }>> = {
  '=': { least: 1, most: 1, words: 'one value' },
  '==': { least: 1, most: 1, words: 'one value' },
  '!=': { least: 1, most: 1, words: 'one value' },
  in: { least: 1, most: Infinity, words: 'at least one value' },
  notin: { least: 1, most: Infinity, words: 'at least one value' },
  '>': { least: 1, most: 1, words: 'one value' },
  '<': { least: 1, most: 1, words: 'one value' },
  exists: { least: 0, most: 0, words: 'no values' },
  '!exists': { least: 0, most: 0, words: 'no values' },
};
const operators = Object.keys(valuesOf);

/** What is wrong with a requirement; undefined when nothing is. It may come from code that no compiler has seen. */
export function faultOfRequirement(given: LabelRequirementInput): RequirementFault | undefined {
  const { key, operator, values = [] }: { key: unknown; operator: unknown; values?: unknown } = given;
  if (typeof key !== 'string') return { place: 'key', found: key, expected: 'a label key' };
  const keyFault = faultOfLabelKey(key);
  if (keyFault !== undefined) return { place: 'key', found: key, expected: keyFault };
  if (!isOperator(operator)) return { place: 'operator', found: operator, expected: `one of ${operators.join(', ')}` };
  const { least, most, words } = valuesOf[operator];
  if (!Array.isArray(values) || values.length < least || values.length > most) {
    return { place: 'values', found: values, expected: `${words} for ${operator}` };
  }
  for (const [index, value] of values.entries()) {
    const expected = typeof value === 'string' ? faultOfValue(operator, value) : 'a label value';
    if (expected !== undefined) return { place: `values[${index}]`, found: value, expected };
  }
  return undefined;
}

/** What a value for `operator` should have been; undefined when `value` is one. */
export function faultOfValue(operator: LabelOperator, value: string): string | undefined {
  if ((operator === '>' || operator === '<') && integerOf(value) === undefined) return `a whole number of 64 bits for ${operator}`;
  return faultOfLabelValue(value);
}

/** The requirement in the form in which two that say the same are equal, frozen. */
export function canonicalRequirement({ key, operator, values = [] }: LabelRequirementInput): LabelRequirement {
  return Object.freeze({
    key,
    operator: operator === '==' ? '=' : operator,
    values: Object.freeze([...new Set(values)].toSorted()),
  });
}

/** By key, as Kubernetes orders them; then by operator and values, so that there is one order for all that say the same. */
export function compareRequirements(a: LabelRequirement, b: LabelRequirement): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  const rank = operators.indexOf(a.operator) - operators.indexOf(b.operator);
  if (rank !== 0) return rank;
  const [first, second] = [a.values.join(','), b.values.join(',')];
  return first === second ? 0 : first < second ? -1 : 1;
}

/** The requirement as text. */
export function printRequirement({ key, operator, values }: LabelRequirement): string {
  if (operator === 'exists') return key;
  if (operator === '!exists') return `!${key}`;
  const text = values.join(',');
  return operator === 'in' || operator === 'notin' ? `${key} ${operator} (${text})` : `${key}${operator}${text}`;
}

/** Whether a label with that value, or undefined for one that is not there, is as the requirement wants it. */
export function testOf({ operator, values }: LabelRequirement): (value: string | undefined) => boolean {
  const wanted = new Set(values);
  const bound = integerOf(values[0] ?? '');
  switch (operator) {
    case '=':
    case 'in':
      return (value) => value !== undefined && wanted.has(value);
    case '!=':
    case 'notin':
      return (value) => value === undefined || !wanted.has(value);
    case 'exists':
      return (value) => value !== undefined;
    case '!exists':
      return (value) => value === undefined;
    case '>':
      return (value) => compareIntegers(value, bound) > 0;
    case '<':
      return (value) => compareIntegers(value, bound) < 0;
  }
}

/** NaN, which is on neither side of anything, when one of the two is no whole number. */
function compareIntegers(text: string | undefined, bound: bigint | undefined): number {
  const value = integerOf(text ?? '');
  if (value === undefined || bound === undefined) return Number.NaN;
  return value === bound ? 0 : value > bound ? 1 : -1;
}

/**
 * A whole number of 64 bits, as Go's ParseInt reads it: labels of objects may have a sign, though no valid label has one. More digits
 * than that takes are not even converted.
 */
function integerOf(text: string): bigint | undefined {
  const [, sign, digits] = /^([+-]?)0*(\d{1,19})$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function isOperator(operator: unknown): operator is LabelOperator {
  return typeof operator === 'string' && Object.hasOwn(valuesOf, operator);
}
