/** Refusing what cannot be: options and transactions. */
import { HeliostatError, ValidationError } from '../../model/errors.js';

/** `queue-full`: the transaction was not accepted; as many are waiting as may. Commit it again later. */
export class TransactionQueueFullError extends HeliostatError {
  readonly code = 'queue-full';
  readonly retryable = true;
}

/** An error that says what was given, and what was expected. */
export function illegal(field: string, given: unknown, expected: string, details: { readonly key?: string } = {}): ValidationError {
  return new ValidationError(`Illegal ${field}: it is ${shown(given)}; it must be ${expected}.`, { ...details, field });
}

/** @throws ValidationError when `value` is no function, or must be there and is not. */
export function mustBeFunction(field: string, value: unknown, presence: 'required' | 'optional'): void {
  if (typeof value === 'function' || (presence === 'optional' && value === undefined)) return;
  throw illegal(field, value, presence === 'optional' ? 'a function, or absent' : 'a function');
}

/** @throws ValidationError when `value` is nothing that has a function of this name. */
export function mustHave(field: string, value: object | null, method: string): void {
  const members = (value ?? {}) as Readonly<Record<string, unknown>>; // looked at before it is believed
  if (typeof members[method] !== 'function') throw illegal(field, value, `an object with the function ${method}`);
}

/** @throws ValidationError when `value` is no number of at least `least`. */
export function mustBeNumber(field: string, value: unknown, least: number): void {
  if (typeof value !== 'number' || !(value >= least)) throw illegal(field, value, `a number of at least ${least}`);
}

/** @throws ValidationError when `value` is no whole number of at least `least`. */
export function mustBeWhole(field: string, value: unknown, least: number): void {
  if (!Number.isSafeInteger(value) || Number(value) < least) throw illegal(field, value, `a whole number of at least ${least}`);
}

/** @throws ValidationError when `value` is no text, or an empty one. */
export function mustBeText(field: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw illegal(field, value, 'a text that is not empty');
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
