/** Telling an object of names and values from others: a Map, say, would pass for one that is empty, and select everything. */

/** Whether `value` is an object as a literal or JSON makes it, of any realm. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
