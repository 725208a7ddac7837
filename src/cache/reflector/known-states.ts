/** The last states that a store was given: looked up when an object cannot be read, or is gone without a word of what it was. */
import type { Store } from '../store.js';
import { isQueue } from './faults.js';

export interface KnownStates<T> {
  /** Never throws: a store that cannot say has nothing to say. */
  get(storeKey: string): T | undefined;
  /** The keys at this moment. */
  keys(): readonly string[];
  /** What the store was given, and takes in. */
  set(storeKey: string, object: T): void;
  delete(storeKey: string): void;
  clear(): void;
  /** Whether `set` and `delete` need to be called. */
  readonly mustBeTold: boolean;
}

/** Objects leave a queue as they are taken out, and what it holds may be changes: it cannot be asked. Everything else can. */
export function knownStatesOf<T>(store: Store<T, unknown>): KnownStates<T> {
  return isQueue(store) ? new RememberedStates() : new StoredStates(store);
}

class StoredStates<T> implements KnownStates<T> {
  readonly mustBeTold = false;
  private readonly store: Store<T, unknown>;

  constructor(store: Store<T, unknown>) {
    this.store = store;
  }

  get(storeKey: string): T | undefined {
    try {
      return this.store.getByKey(storeKey) as T | undefined; // what is not a queue hands out the objects themselves
    } catch {
      return undefined;
    }
  }

  keys(): readonly string[] {
    return this.store.listKeys();
  }

  set(): void {}
  delete(): void {}
  clear(): void {}
}

class RememberedStates<T> implements KnownStates<T> {
  readonly mustBeTold = true;
  private readonly objects = new Map<string, T>();

  get(storeKey: string): T | undefined {
    return this.objects.get(storeKey);
  }

  keys(): readonly string[] {
    return [...this.objects.keys()];
  }

  set(storeKey: string, object: T): void {
    this.objects.set(storeKey, object);
  }

  delete(storeKey: string): void {
    this.objects.delete(storeKey);
  }

  clear(): void {
    this.objects.clear();
  }
}
