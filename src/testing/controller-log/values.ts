/** Values and errors as the lines of a log hold them. */
import { AbortEventError, FatalError } from '../../controller/errors.js';
import { recordedErrorOf } from '../../controller/history/recorded-error.js';
import type { RecordedError } from '../../controller/history/record.js';
import { recordOf } from '../../controller/key-values.js';
import { isHeliostatError } from '../../model/errors.js';

/**
 * JSON, in which an object with one member beginning with `$` stands for what JSON has not: `$undefined`, `$number` (as text), `$error`,
 * `$other` (a value that cannot be kept; its type), `$record` (an object that has such a member itself; its entries).
 */
export type Encoded = unknown;

/** An error, and whether it says more than others. */
interface EncodedError extends RecordedError {
  readonly severity?: 'fatal' | 'abort';
}

/** `value` as JSON. Whatever holds itself, or is nested deeper than 200 levels, is told to be left out. Never throws. */
export function encode(value: unknown, depth = 0): Encoded {
  if (depth > 200) return { $other: 'nested too deeply' };
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? '-0' : String(value) };
    case 'undefined':
      return { $undefined: true };
    case 'object':
      return value === null ? null : encodeObject(value, depth);
    default:
      return { $other: typeof value };
  }
}

function encodeObject(object: object, depth: number): Encoded {
  try {
    if (object instanceof Error) return { $error: encodedErrorOf(object) };
    if (Array.isArray(object)) return object.map((item) => encode(item, depth + 1));
    const entries = Object.entries(object).map(([key, value]) => [key, encode(value, depth + 1)] as const);
    return entries.some(([key]) => key.startsWith('$')) ? { $record: entries } : recordOf(entries);
  } catch {
    return { $other: 'unreadable' }; // an accessor or a proxy threw
  }
}

function encodedErrorOf(error: Error): EncodedError {
  const severity = isHeliostatError(error, 'fatal') ? 'fatal' : isHeliostatError(error, 'event-aborted') ? 'abort' : undefined;
  return { ...recordedErrorOf(error), ...(severity === undefined ? {} : { severity }) };
}

/** What {@link encode} was given, as far as it could be kept. An error has the name, the message and the members that records tell. */
export function decode(encoded: Encoded): unknown {
  if (typeof encoded !== 'object' || encoded === null) return encoded;
  if (Array.isArray(encoded)) return encoded.map(decode);
  const [first, ...others] = Object.entries(encoded);
  if (first !== undefined && others.length === 0 && first[0].startsWith('$')) return decodeSpecial(first[0], first[1]);
  return recordOf(Object.entries(encoded).map(([key, value]) => [key, decode(value)] as const));
}

function decodeSpecial(what: string, content: unknown): unknown {
  switch (what) {
    case '$number':
      return Number(content);
    case '$error':
      return errorOf(content as EncodedError); // as encode wrote it
    case '$record': // as encode wrote it
      return recordOf((content as readonly (readonly [string, Encoded])[]).map(([key, value]) => [key, decode(value)] as const));
    default:
      return undefined;
  }
}

function errorOf({ name, message, code, key, cause, errors, severity }: EncodedError): Error {
  const reason = cause === undefined ? undefined : errorOf(cause);
  const original = reason ?? new Error(message);
  const error =
    severity === 'fatal' ? new FatalError(original) : severity === 'abort' ? new AbortEventError(original) : new Error(message);
  const members = { name, message, code, key, cause: reason, errors: errors?.map(errorOf) };
  for (const [member, value] of Object.entries(members)) {
    Object.defineProperty(error, member, { value, configurable: true, writable: true });
  }
  return error;
}
