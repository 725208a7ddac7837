/**
 * The quick way to freeze a value, for nearly all of them: it says no to whatever needs a closer look, and never why.
 *
 * What it lets through is what `freezePlainData` lets through; it keeps no path, makes no messages, and reads each property once.
 */

/** What is left of the limits. */
interface Allowance {
  size: number;
}

/**
 * Deep-freezes `value` when it is plain data within the limits. When not, parts of it may be frozen.
 *
 * @returns whether it was, and is frozen.
 */
export function freezeQuickly(value: unknown, limits: { readonly depth: number; readonly size: number }): boolean {
  if (value === null) return false; // nothing is not a value, though a part of one can be nothing
  const allowance: Allowance = { size: limits.size };
  try {
    return freeze(value, limits.depth, allowance) && allowance.size >= 0;
  } catch {
    return false; // a trap of a proxy, say: whoever looks closer will tell
  }
}

function freeze(value: unknown, depth: number, allowance: Allowance): boolean {
  switch (typeof value) {
    case 'string':
      allowance.size -= value.length;
      return true;
    case 'boolean':
      allowance.size -= 8;
      return true;
    case 'number':
      allowance.size -= 8;
      return Number.isFinite(value);
    case 'object':
      allowance.size -= 8;
      if (value === null) return true;
      if (depth === 0 || allowance.size < 0) return false; // what contains itself is larger than any limit
      return Array.isArray(value) ? freezeArray(value, depth - 1, allowance) : freezeObject(value, depth - 1, allowance);
    default:
      return false;
  }
}

function freezeArray(array: readonly unknown[], depth: number, allowance: Allowance): boolean {
  for (let index = 0; index < array.length; index++) {
    const descriptor = Object.getOwnPropertyDescriptor(array, index);
    if (descriptor === undefined || !('value' in descriptor) || !freeze(descriptor.value, depth, allowance)) return false;
  }
  Object.freeze(array);
  return true;
}

function freezeObject(object: object, depth: number, allowance: Allowance): boolean {
  if (Object.getPrototypeOf(object) !== Object.prototype || Object.getOwnPropertySymbols(object).length > 0) return false;
  for (const name in object) {
    const descriptor = Object.getOwnPropertyDescriptor(object, name);
    allowance.size -= name.length;
    if (descriptor === undefined || !('value' in descriptor)) return false;
    if (descriptor.value !== undefined && !freeze(descriptor.value, depth, allowance)) return false;
  }
  Object.freeze(object);
  return true;
}
