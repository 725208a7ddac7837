/** Whether two values are the same as data: what JSON would carry of them. */

/** Prototypes do not count, nor do properties that are `undefined`. Both are plain data, or `undefined`. */
export function isSameData(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && areSameItems(a, b);
  // Plain data has no accessors, so reading is safe; a name that only one of them has reads as undefined in the other.
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  const has = (name: string): boolean => Object.hasOwn(left, name) && Object.hasOwn(right, name);
  return (
    Object.keys(left).every((name) => !isPresent(left, name) || (has(name) && isSameData(left[name], right[name]))) &&
    Object.keys(right).every((name) => !isPresent(right, name) || (has(name) && isPresent(left, name)))
  );
}

function isPresent(one: Readonly<Record<string, unknown>>, name: string): boolean {
  return one[name] !== undefined;
}

function areSameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => isSameData(item, b[index]));
}
