/** Which objects are meant, by what their fields hold (apimachinery, fields.Selector). */
import { ValidationError } from '../../model/errors.js';
import { isRecord } from './records.js';
import { quoteStart } from './syntax-error.js';

/** What the field at `path`, names with dots between them, must be or must not be. */
export interface FieldRequirement {
  readonly path: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** A selection by fields: all of its requirements must hold. It never changes. */
export interface FieldSelector {
  /** In the order of their texts, each once: two selectors that were made from the same requirements have equal ones. */
  readonly requirements: readonly FieldRequirement[];
  /**
   * Whether an object is selected. Own properties are followed along each path; numbers and booleans count as their text, and
   * whatever is absent, null, an object or a list counts as the empty text.
   */
  matches(object: unknown): boolean;
  /** The value that the field at `path` must have for an object to be selected, the first of several; undefined when it may be one of many. */
  requiresExactMatch(path: string): string | undefined;
  /** The selector as text, by which a server knows it too: one for the same requirements. `parseFieldSelector` makes an equal selector of it. */
  toString(): string;
}

/** A path: names without a dot, a white space, or one of `=`, `!`, `<`, `>`, `(`, `)`, `,`, `\`, with dots between them. */
const pathPattern = /^[^\s.=!<>(),\\]+(?:\.[^\s.=!<>(),\\]+)*$/;

/** Whether `path` can be the path of a field. */
export function isFieldPath(path: string): boolean {
  return pathPattern.test(path);
}

/** `value` as it is written in the text of a field selector: with a backslash before each backslash, comma and equals sign. */
export function escapeFieldValue(value: string): string {
  return value.replaceAll(/[\\,=]/g, String.raw`\$&`);
}

/**
 * A selector from values that the fields of an object must have, by their paths. Without any it selects everything.
 *
 * @throws ValidationError when a path or value is none.
 * @example
 * ```ts
 * import { fieldSelectorOf } from 'heliostat/cache';
 * const selector = fieldSelectorOf({ 'spec.nodeName': 'node-1', 'status.phase': 'Running' });
 * console.log(selector.matches({ spec: { nodeName: 'node-1' }, status: { phase: 'Failed' } })); // false
 * ```
 */
export function fieldSelectorOf(values: Readonly<Record<string, string>>): FieldSelector {
  if (!isRecord(values)) {
    throw new ValidationError('A field selector is made of an object with a value for each path.', { field: 'values' });
  }
  return fieldSelector(
    Object.entries(values).map(([path, value]) => {
      const found: unknown = value;
      if (!isFieldPath(path)) throw new ValidationError(`${quoteStart(path)} is no path such as metadata.name.`, { field: path });
      if (typeof found !== 'string') throw new ValidationError(`The value for ${path} must be a string.`, { field: path });
      return { path, operator: '=', value };
    }),
  );
}

/**
 * A selector from requirements that are known to be right.
 *
 * @internal
 */
export function fieldSelector(given: readonly FieldRequirement[]): FieldSelector {
  const terms = given
    .map((requirement) => ({ requirement: Object.freeze({ ...requirement }), text: print(requirement) }))
    .toSorted((a, b) => (a.text === b.text ? 0 : a.text < b.text ? -1 : 1))
    .filter(({ text }, place, all) => text !== all[place - 1]?.text);
  const requirements = terms.map(({ requirement }) => requirement);
  const tests = requirements.map(({ path, operator, value }) => ({ names: path.split('.'), isWanted: operator === '=', value }));
  const text = terms.map((term) => term.text).join(',');
  return Object.freeze({
    requirements: Object.freeze(requirements),
    matches: (object) => tests.every(({ names, isWanted, value }) => (textAt(object, names) === value) === isWanted),
    requiresExactMatch: (path) =>
      requirements.find((requirement) => requirement.path === path && requirement.operator === '=')?.value,
    toString: () => text,
  } satisfies FieldSelector);
}

function print({ path, operator, value }: FieldRequirement): string {
  return `${path}${operator}${escapeFieldValue(value)}`;
}

function textAt(object: unknown, names: readonly string[]): string {
  let place = object;
  for (const name of names) {
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, name)) return '';
    place = (place as Readonly<Record<string, unknown>>)[name]; // it has this property of its own
  }
  return typeof place === 'string' || typeof place === 'number' || typeof place === 'boolean' ? String(place) : '';
}
