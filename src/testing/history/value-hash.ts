import { createHash } from 'node:crypto';
import type { ValueHash } from './record.js';

/** Deeper than any value that a datastore of this package takes. */
const maxDepth = 256;

/**
 * Hashes a value by its content: the order of properties makes no difference. Never throws, whatever it is given, because recording
 * must not change what happens: what JSON cannot carry is written as its type.
 *
 * @param salt keeps values that can be guessed from being found by their hashes.
 */
export function hashOfValue(value: unknown, salt = ''): ValueHash {
  return createHash('sha256').update(salt).update(textOf(value)).digest('base64url').slice(0, 16);
}

function textOf(value: unknown): string {
  try {
    return canonical(value, 0);
  } catch {
    return 'unreadable'; // a getter or a proxy threw
  }
}

function canonical(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`;
  if (depth > maxDepth) return 'deeper';
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item, depth + 1)).join()}]`;
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, part]) => `${JSON.stringify(name)}:${canonical(part, depth + 1)}`);
  return `{${parts.join()}}`;
}
