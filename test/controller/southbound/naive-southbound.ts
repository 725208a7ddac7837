/** What a southbound should come to, worked out the slow way: plain maps, nothing of the scheduler. */

export interface Item {
  readonly v: number;
  /** Keys that have to be there. */
  readonly needs: readonly string[];
  readonly bad?: boolean;
}

export type Items = ReadonlyMap<string, Item>;

/** What of `wanted` can be there: everything, without what needs something that cannot, again and again. */
export function expectedPlane(wanted: Items, plane: Items): Map<string, Item> {
  const there = new Map(wanted);
  for (const [key, { bad }] of wanted) {
    const old = plane.get(key);
    if (bad !== true) continue;
    if (old === undefined) there.delete(key);
    else there.set(key, old); // a bad value does not replace a good one
  }
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const [key, { needs, bad }] of there) {
      if (bad === true || wanted.get(key)?.bad === true || needs.every((need) => there.has(need))) continue;
      there.delete(key);
      isChanged = true;
    }
  }
  return there;
}

interface Logged {
  readonly executed: readonly {
    readonly key: string;
    readonly operation: string;
    readonly after?: unknown;
    readonly error?: Error;
  }[];
}

/** What is there when everything in the log is done again that was done. */
export function replay(log: readonly Logged[]): Map<string, unknown> {
  const plane = new Map<string, unknown>();
  for (const { executed } of log) {
    for (const { key, operation, after, error } of executed) {
      if (error !== undefined || operation === 'validate') continue;
      if (after === undefined) plane.delete(key);
      else plane.set(key, after);
    }
  }
  return plane;
}

/** Does a plane's calls again, and names the first moment at which something is there without what it needs. */
export function firstOrphan(
  calls: readonly { readonly operation: string; readonly key: string; readonly value?: unknown }[],
): string | undefined {
  const plane = new Map<string, Item>();
  for (const { operation, key, value } of calls) {
    if (operation === 'delete') plane.delete(key);
    else if (operation !== 'retrieve') plane.set(key, value as Item); // the tests write nothing else
    for (const [one, { needs }] of plane) {
      const missing = needs.find((need) => !plane.has(need));
      if (missing !== undefined) return `${one} is there without ${missing} after ${operation} ${key}`;
    }
  }
  return undefined;
}

export function sorted(map: ReadonlyMap<string, unknown>): readonly (readonly [string, unknown])[] {
  return [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
