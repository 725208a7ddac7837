/** A store as simple as one can be, which also counts and can refuse: for the tests of those who fill stores. */
import type { Store } from '../../../src/cache/store.js';

export interface Item {
  readonly id: string;
  readonly value: number;
}

export class NaiveStore implements Store<Item> {
  readonly objects = new Map<string, Item>();
  /** What every `replace` was given, refused or not. */
  readonly given: (readonly Item[])[] = [];
  /** Thrown by the next replaces, one each. */
  readonly refusals: unknown[] = [];
  onReplace: () => void = () => {};

  add(object: Item): void {
    this.objects.set(object.id, object);
  }
  update(object: Item): void {
    this.add(object);
  }
  delete(object: Item): void {
    this.objects.delete(object.id);
  }
  list(): readonly Item[] {
    return [...this.objects.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }
  listKeys(): readonly string[] {
    return [...this.objects.keys()].toSorted();
  }
  get(object: Item): Item | undefined {
    return this.objects.get(object.id);
  }
  getByKey(key: string): Item | undefined {
    return this.objects.get(key);
  }
  replace(objects: Iterable<Item>): void {
    const list = [...objects];
    this.given.push(list);
    if (this.refusals.length > 0) throw this.refusals.shift();
    this.objects.clear();
    for (const object of list) this.add(object);
    this.onReplace();
  }
}

export function items(...ids: readonly string[]): Item[] {
  return ids.map((id) => ({ id, value: 0 }));
}
