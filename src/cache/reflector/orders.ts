/** Makes of steps, which are about keys of the datastore, what a store is to be told: about its own keys. */
import type { Key } from '../../model/key.js';
import { DeletedFinalStateUnknown } from '../keys.js';
import type { KnownStates } from './known-states.js';
import { attempt, type Arrival, type Deletion, type Order, type Removal, type Step } from './steps.js';
import type { StoreKeys } from './store-key.js';

export class Orders<T> {
  private readonly keys: StoreKeys<T>;
  private readonly known: KnownStates<T>;

  constructor(keys: StoreKeys<T>, known: KnownStates<T>) {
    this.keys = keys;
    this.known = known;
  }

  /**
   * What to tell the store for these steps, in order. An object whose key in the store has changed takes the place of the one before.
   *
   * @param cannotTell is told of each removal for which there is no key.
   */
  of(steps: readonly Step<T>[], cannotTell: (removal: Removal<T>, error: Error) => void): readonly Order<T>[] {
    const orders: Order<T>[] = [];
    /** What earlier steps have put in, by its key in the datastore. */
    const entered = new Map<Key, Arrival<T> | undefined>();
    for (const step of steps) {
      const before = entered.get(step.key);
      const was = entered.has(step.key) ? before && this.keys.madeOf(before.object) : this.keys.rememberedOf(step.key);
      const made = step.object === undefined || was === undefined ? undefined : this.keys.madeOf(step.object);
      const isMoved = made !== undefined && made !== was;
      if (step.op !== 'delete') {
        if (isMoved && was !== undefined) orders.push(this.deletion(step.key, was, before?.object));
        orders.push(step);
        entered.set(step.key, step);
        continue;
      }
      if (step.object !== undefined && !isMoved) orders.push({ ...step, object: step.object });
      else {
        const error = attempt(() => orders.push(this.deletion(step.key, was ?? this.keys.of(step.key), before?.object)));
        if (error !== undefined) cannotTell(step, error);
      }
      entered.set(step.key, undefined);
    }
    return orders;
  }

  /**
   * The ways to tell a store of one removal, the best first: by its final state, which the store may refuse, and by what was last known.
   * None when there is no key for it.
   */
  waysOf(removal: Removal<T>): readonly Order<T>[] {
    const ways = this.of([removal], () => {});
    return removal.object === undefined ? ways : [...ways, ...this.of([{ ...removal, object: undefined }], () => {})];
  }

  private deletion(key: Key, storeKey: string, newest: T | undefined): Deletion<T> {
    const object = new DeletedFinalStateUnknown(storeKey, newest ?? this.known.get(storeKey));
    return { op: 'delete', object, key, revision: undefined };
  }
}
