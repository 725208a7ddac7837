/**
 * Keys: where an object lives in a datastore.
 *
 * A key is a path of segments, `/kind/namespace/name` or `/kind/name` or deeper, whose first segment is the kind. Segments are
 * percent-encoded where they must be, so any name is legal and each list of segments has exactly one key: `formatKey` and `parseKey`
 * are inverse to each other. What lies below a key begins with the key and a slash, so `/a` never covers `/ab`.
 */
import { ValidationError } from './errors.js';
import type { Key } from './key.js';

/** The longest key, in UTF-16 code units. Longer ones are refused with a ValidationError. */
export const maxKeyLength = 65_536;

const isCanonical = /^(?:\/(?:[^/%\u0000-\u001f\u007f]|%(?:2[5F]|[01][0-9A-F]|7F))+)+$/;
const mustBeEncoded = /[/%\u0000-\u001f\u007f]/g;

/**
 * Returns `key` when it is a legal key.
 *
 * @throws ValidationError when it is not a string, has an empty segment, is longer than {@link maxKeyLength}, holds a lone surrogate,
 * or is not in the one canonical form (the message names that form).
 */
export function checkKey(key: unknown): Key {
  if (typeof key !== 'string') throw invalidKey(key, `a key is a string such as "/pods/default/web-0", not ${describeType(key)}`);
  if (key.length > maxKeyLength) throw invalidKey(key, `a key has at most ${maxKeyLength} characters, this one has ${key.length}`);
  if (!key.isWellFormed()) throw invalidKey(key, 'a key is well-formed Unicode, this one holds a lone surrogate');
  if (isCanonical.test(key)) return key;
  throw invalidKey(key, whatIsWrong(key));
}

/**
 * Builds the key of a list of segments.
 *
 * @example
 * ```ts
 * import { formatKey, parseKey } from 'heliostat';
 * formatKey(['pods', 'default', 'a/b']); // '/pods/default/a%2Fb'
 * parseKey('/pods/default/a%2Fb'); // ['pods', 'default', 'a/b']
 * ```
 * @throws ValidationError when there is no segment, or one is empty or not well-formed Unicode, or the key would be too long.
 */
export function formatKey(segments: readonly string[]): Key {
  return checkKey(segments.map((segment) => `/${encodeSegment(segment)}`).join(''));
}

/**
 * Returns the decoded segments of a key.
 *
 * @throws ValidationError as {@link checkKey}.
 */
export function parseKey(key: Key): readonly string[] {
  const segments = checkKey(key).slice(1).split('/');
  return key.includes('%') ? segments.map((segment) => decodeURIComponent(segment)) : segments;
}

/** Encodes one segment: `%`, `/` and control characters become `%XX`, everything else stays readable. */
export function encodeSegment(segment: string): string {
  return segment.replace(mustBeEncoded, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** Whether `key` is `ancestor` or lies below it. Both must be legal keys. */
export function isAtOrBelow(key: Key, ancestor: Key): boolean {
  return key === ancestor || key.startsWith(`${ancestor}/`);
}

function invalidKey(key: unknown, reason: string): ValidationError {
  return new ValidationError(`Illegal key ${quote(key)}: ${reason}.`, { field: 'key' });
}

function whatIsWrong(key: string): string {
  if (!key.startsWith('/')) return `a key begins with "/", write ${quote(`/${key}`)}`;
  if (key.split('/').includes('', 1)) return 'a key has no empty segment and no trailing "/"';
  return 'segments are percent-encoded where they hold "%", "/" or a control character and nowhere else (formatKey does it)';
}

function describeType(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

function quote(key: unknown): string {
  if (typeof key !== 'string') return describeType(key);
  return JSON.stringify(key.length > 80 ? `${key.slice(0, 77)}...` : key);
}
