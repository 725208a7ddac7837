/** Refusing what a work queue is made with at once: a mistake that shows when the first item fails is found too late. */
import { ValidationError } from '../../model/errors.js';

/** An error that says what was given, and what was expected. */
export function illegal(field: string, given: unknown, expected: string): ValidationError {
  return new ValidationError(`Illegal ${field}: it is ${shown(given)}; it must be ${expected}.`, { field });
}

/** @throws ValidationError when `value` is no function. `role` says what it is for. */
export function mustBeFunction(field: string, value: unknown, role: string): void {
  if (typeof value !== 'function') throw illegal(field, value, `a function that ${role}`);
}

/** @throws ValidationError when `value` has not all of these methods. `kind` says what such an object is called. */
export function mustHave(methods: readonly string[], field: string, value: unknown, kind: string): void {
  const expected = `${kind}, with the functions ${methods.join(', ')}`;
  if (value === undefined || value === null) throw illegal(field, value, expected);
  const members = value as Readonly<Record<string, unknown>>; // reading is legal on anything else; what is not there is undefined
  const missing = methods.filter((name) => typeof members[name] !== 'function');
  if (missing.length === 0) return;
  throw new ValidationError(`Illegal ${field}: it is without ${missing.join(', ')}; it must be ${expected}.`, { field });
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
