/** Stores that do as little as a store can: what reflectors are tested against. None of our stores is in here. */
import { DeletedFinalStateUnknown, ExplicitKey, metaNamespaceKeyFunc, type Keyed } from '../../../src/cache/keys.js';
import type { Store, StoreOperation } from '../../../src/cache/store.js';

export interface Pod {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly spec?: unknown;
}

/** The eight methods and a Map. Writes down what it is told, one line each. */
export class NaiveStore implements Store<Pod> {
  readonly lines: string[] = [];
  readonly objects = new Map<string, Pod>();
  /** What was deleted, as it came. */
  readonly deleted: Keyed<Pod>[] = [];
  /** Throws for what is not let in. */
  admit: (object: Pod) => void = () => {};
  private taken = 0;

  keyOf(object: Keyed<Pod>): string {
    return object instanceof ExplicitKey || object instanceof DeletedFinalStateUnknown ? object.key : metaNamespaceKeyFunc(object);
  }

  add(object: Pod): void {
    this.put('add', object);
  }

  update(object: Pod): void {
    this.put('update', object);
  }

  delete(object: Keyed<Pod>): void {
    const key = this.keyOf(object);
    this.lines.push(`delete ${key}${object instanceof DeletedFinalStateUnknown ? '?' : ''}`);
    this.deleted.push(object);
    this.objects.delete(key);
  }

  list(): readonly Pod[] {
    return [...this.objects.values()];
  }

  listKeys(): readonly string[] {
    return [...this.objects.keys()];
  }

  get(object: Keyed<Pod>): Pod | undefined {
    return this.objects.get(this.keyOf(object));
  }

  getByKey(key: string): Pod | undefined {
    return this.objects.get(key);
  }

  replace(objects: Iterable<Pod>, resourceVersion?: string): void {
    const entries = [...objects].map((object) => {
      this.admit(object);
      return [this.keyOf(object), object] as const;
    });
    this.objects.clear();
    for (const [key, object] of entries) this.objects.set(key, object);
    this.lines.push(`replace ${entries.map(([key]) => key).join(',')} @${resourceVersion ?? ''}`);
  }

  /** The lines since the last time this was asked. */
  take(): readonly string[] {
    const fresh = this.lines.slice(this.taken);
    this.taken = this.lines.length;
    return fresh;
  }

  protected put(op: string, object: Pod): void {
    this.admit(object);
    const key = this.keyOf(object);
    this.lines.push(`${op} ${key}`);
    this.objects.set(key, object);
  }
}

/** The same with transactions and resync. */
export class NaiveTransactionalStore extends NaiveStore {
  /** Called by `resync`. */
  onResync: () => void = () => {};

  transaction(operations: readonly StoreOperation<Pod>[], resourceVersion?: string): void {
    const steps = operations.map((operation) => {
      if (operation.op !== 'delete') this.admit(operation.object);
      return `${operation.op} ${this.keyOf(operation.object)}`;
    });
    for (const operation of operations) {
      const key = this.keyOf(operation.object);
      if (operation.op === 'delete') this.deleted.push(operation.object);
      if (operation.op === 'delete') this.objects.delete(key);
      else this.objects.set(key, operation.object);
    }
    this.lines.push(`transaction ${steps.join(', ')} @${resourceVersion ?? ''}`);
  }

  resync(): void {
    this.lines.push('resync');
    this.onResync();
  }
}
