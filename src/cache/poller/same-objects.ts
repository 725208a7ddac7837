/** Telling a list of plain data that has changed from one that is in another order. */
import { deepEqual } from 'fast-equals';

/** Whether both lists hold the same objects, each as often, in whatever order. Takes the time of their size. */
export function haveSameObjects(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one.length !== other.length) return false;
  const alike = new Map<number, unknown[]>();
  const moved: unknown[] = [];
  for (const [index, object] of one.entries()) {
    if (deepEqual(object, other[index])) continue; // most of a source keeps its place
    const print = fingerprintOf(object);
    const others = alike.get(print);
    if (others === undefined) alike.set(print, [object]);
    else others.push(object);
    moved.push(other[index]);
  }
  return moved.every((object) => takeOut(alike.get(fingerprintOf(object)) ?? [], object));
}

/** Takes one that is equal to `object` out of `objects`; says whether there was one. */
function takeOut(objects: unknown[], object: unknown): boolean {
  const place = objects.findIndex((candidate) => deepEqual(candidate, object));
  if (place === -1) return false;
  const last = objects.pop();
  if (place < objects.length) objects[place] = last;
  return true;
}

/** The same number for what is equal; for what is not, seldom. The order of the properties does not count. */
export function fingerprintOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return ofText(`${typeof value} ${String(value)}`);
  if (Array.isArray(value)) return value.reduce<number>((hash, item) => mixed(hash, fingerprintOf(item)), 1);
  return Object.entries(value).reduce((sum, [name, item]) => (sum + mixed(ofText(name), fingerprintOf(item))) | 0, 2);
}

function ofText(text: string): number {
  let hash = 3;
  for (let index = 0; index < text.length; index++) hash = mixed(hash, text.charCodeAt(index));
  return hash;
}

/** Multiplying carries every bit upwards, and the shift brings them down again. */
function mixed(hash: number, part: number): number {
  const product = Math.imul(hash ^ part, 0x9e3779b1);
  return product ^ (product >>> 15);
}
