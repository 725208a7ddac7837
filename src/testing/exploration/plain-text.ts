/** Texts of contexts and events that are the same exactly for those that nothing can tell apart. */

/**
 * `value` as text: JSON, and what JSON would make alike told apart.
 *
 * @throws TypeError for what has no text of its own, such as a function.
 */
export function plainText(value: unknown, what: string): string {
  return JSON.stringify(value, (key: string, part: unknown) => told(part, `${what} at ${JSON.stringify(key)}`));
}

function told(part: unknown, where: string): unknown {
  if (part === undefined) return null;
  if (part instanceof Map) return { 'a Map': [...part] };
  if (part instanceof Set) return { 'a Set': [...part] };
  if (part instanceof Error) return { 'an Error': `${part.name}: ${part.message}` };
  if (typeof part === 'bigint' || (typeof part === 'number' && !Number.isFinite(part))) return { 'a number': String(part) };
  if (typeof part !== 'function' && typeof part !== 'symbol') return part;
  throw new TypeError(
    `There is a ${typeof part} in ${where}: what has no text of its own cannot be told apart. Leave it out of the context with \`canonical\`, or of the event.`,
  );
}
