/**
 * Whether two values of plain data are the same; the order of properties means nothing.
 *
 * A manifest may have properties of any name, `constructor` among them, which general comparisons take for something else.
 */
export function isPlainEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && isPlainEqual(valueOf(a, name), valueOf(b, name)));
}

function valueOf(owner: object, name: string): unknown {
  return (owner as Readonly<Record<string, unknown>>)[name]; // its own property: the caller has looked
}
