/** A small language for the shapes of records, with its check and its JSON Schema. */

/** What a value must look like. */
export interface Shape {
  /** In words, after "expected". */
  readonly expected: string;
  /** The path to what is wrong, relative to the value, and what was expected there; undefined when nothing is. */
  readonly check: (value: unknown) => Flaw | undefined;
  readonly schema: JsonSchema;
  readonly isOptional?: true;
}

/** Where a value is wrong, and what belongs there. */
export interface Flaw {
  readonly path: string;
  readonly expected: string;
  readonly found: unknown;
}

/** A JSON Schema, as far as it is needed here. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The shape of every field of `T`. */
export type Fields<T> = { readonly [F in keyof Required<T>]: Shape };

/** Any string. */
export const text: Shape = leaf('a string', { type: 'string' }, (value) => typeof value === 'string');
export const boolean: Shape = leaf('true or false', { type: 'boolean' }, (value) => typeof value === 'boolean');
/** A whole number from 0. */
export const count: Shape = leaf(
  'a whole number of at least 0',
  { type: 'integer', minimum: 0 },
  (value) => isNumber(value) && Number.isSafeInteger(value),
);
/** Milliseconds. */
export const time: Shape = leaf('a number of milliseconds of at least 0', { type: 'number', minimum: 0 }, isNumber);
/** Strings by name. */
export const map: Shape = leaf(
  'an object of strings',
  { type: 'object', additionalProperties: { type: 'string' } },
  (value) => isObject(value) && Object.values(value).every((item) => typeof item === 'string'),
);

export function constant(only: string | number): Shape {
  return leaf(JSON.stringify(only), { const: only }, (value) => value === only);
}

export function oneOf(values: readonly string[]): Shape {
  return leaf(`one of ${values.join(', ')}`, { enum: values }, (value) => typeof value === 'string' && values.includes(value));
}

export function optional(shape: Shape): Shape {
  return { ...shape, isOptional: true };
}

export function nullable(shape: Shape): Shape {
  const check = (value: unknown): Flaw | undefined => (value === null ? undefined : shape.check(value));
  return { expected: `${shape.expected} or null`, schema: { anyOf: [shape.schema, { type: 'null' }] }, check };
}

export function listOf(item: Shape): Shape {
  const expected = 'an array';
  const check = (value: unknown): Flaw | undefined => {
    if (!Array.isArray(value)) return { path: '', expected, found: value };
    for (const [index, element] of value.entries()) {
      const flaw = item.check(element);
      if (flaw !== undefined) return { ...flaw, path: `[${index}]${flaw.path}` };
    }
    return undefined;
  };
  return { expected, schema: { type: 'array', items: item.schema }, check };
}

/** An object with these fields, and perhaps others. */
export function objectOf(fields: Readonly<Record<string, Shape>>): Shape {
  const expected = 'an object';
  const check = (value: unknown): Flaw | undefined => {
    if (!isObject(value)) return { path: '', expected, found: value };
    for (const [name, shape] of Object.entries(fields)) {
      const found = Object.hasOwn(value, name) ? value[name] : undefined;
      if (found === undefined && shape.isOptional === true) continue;
      const flaw = found === undefined ? { path: '', expected: shape.expected, found } : shape.check(found);
      if (flaw !== undefined) return { ...flaw, path: `.${name}${flaw.path}` };
    }
    return undefined;
  };
  const required = Object.entries(fields).flatMap(([name, shape]) => (shape.isOptional === true ? [] : [name]));
  const properties = Object.fromEntries(Object.entries(fields).map(([name, shape]) => [name, shape.schema]));
  return { expected, schema: { type: 'object', properties, required }, check };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function leaf(expected: string, schema: JsonSchema, holds: (value: unknown) => boolean): Shape {
  return { expected, schema, check: (value) => (holds(value) ? undefined : { path: '', expected, found: value }) };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
