/** The store that a poller fills, and what it was given last. */
import { deepEqual } from 'fast-equals';
import { freezePlainData } from '../../store/plain-data.js';
import type { Store } from '../store.js';
import { haveSameObjects } from './same-objects.js';

/** Hands a store each enumeration that differs from the one before. */
export class PollTarget<T> {
  private readonly store: Pick<Store<T>, 'replace'>;
  private readonly immutableValues: boolean;
  /** What the store has taken last; undefined when that is not known. */
  private taken: readonly T[] | undefined;

  constructor(store: Pick<Store<T>, 'replace'>, immutableValues: boolean) {
    this.store = store;
    this.immutableValues = immutableValues;
  }

  /**
   * Makes `objects` all that the store holds. Nothing is done when it has taken the same objects last, in whatever order: queues, and
   * whoever listens to the store, hear of changes and of nothing else.
   *
   * @throws whatever the store throws; ValidationError when an object is no plain data. The next call then tries in any case.
   */
  put(objects: readonly T[]): void {
    const { taken } = this;
    if (taken !== undefined && deepEqual(taken, objects)) return;
    this.taken = undefined;
    // What could still be changed would be compared with itself the next time, and its changes missed.
    if (!this.immutableValues) for (const object of objects) freezePlainData(object);
    const isReordered = taken !== undefined && haveSameObjects(taken, objects);
    if (!isReordered) this.store.replace([...objects]); // a store may keep the list that it is given
    this.taken = objects;
  }
}
