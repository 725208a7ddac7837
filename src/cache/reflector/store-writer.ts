/**
 * Writes into a store, in one step wherever the store takes it. Where it does not, everything but the objects at fault goes in: nothing
 * that a store or an object does makes a writer throw.
 */
import type { Key } from '../../model/key.js';
import type { Revision } from '../../model/revision.js';
import { DeletedFinalStateUnknown } from '../keys.js';
import type { Store } from '../store.js';
import { knownStatesOf, type KnownStates } from './known-states.js';
import { Orders } from './orders.js';
import { isClosed, withoutFaults } from './faults.js';
import { attempt, perform, type Arrival, type Order, type Removal, type Step } from './steps.js';
import type { StoreKeys } from './store-key.js';

/** Who is told how it went. Must not call anybody back. */
export interface StoreWriterHost<T> {
  /** A step was taken in by itself or among others; after a `replace` nobody is told. */
  taken(order: Order<T>): void;
  /** The store refuses one object. Its last state stays. */
  refused(arrival: Arrival<T>, error: Error): void;
  /** The store does not let one object go. */
  kept(removal: Removal<T>, error: Error): void;
  /** The store did not do what it was told, and no object is at fault. */
  failed(error: Error): void;
}

type Refusal<T> = readonly [arrival: Arrival<T>, error: Error];

/** The state that stays at a key of the datastore. */
interface Kept<T> {
  readonly key: Key;
  readonly storeKey: string;
  readonly object: T;
}

export class StoreWriter<T> {
  private readonly store: Store<T, unknown>;
  private readonly keys: StoreKeys<T>;
  private readonly known: KnownStates<T>;
  private readonly orders: Orders<T>;
  private readonly host: StoreWriterHost<T>;
  private readonly isQueue: boolean;

  constructor(store: Store<T, unknown>, keys: StoreKeys<T>, host: StoreWriterHost<T>) {
    this.store = store;
    this.keys = keys;
    this.known = knownStatesOf(store);
    this.isQueue = this.known.mustBeTold;
    this.orders = new Orders(keys, this.known);
    this.host = host;
  }

  /**
   * Makes these objects, and the last states at the keys of those that cannot be read, all that there is. What the store refuses by
   * itself is left out, and its last state stays; where even that fails, everything is done one by one.
   *
   * @returns whether the store took it in.
   */
  replace(arrivals: readonly Arrival<T>[], unreadable: readonly Key[], revision: Revision | undefined): boolean {
    const refused: Refusal<T>[] = [];
    const failure = withoutFaults(
      this.store,
      arrivals,
      (arrival, error) => void refused.push([arrival, error]),
      (fit) => this.put(fit, this.lastStates([...unreadable, ...refused.map(([{ key }]) => key)], fit), revision),
    );
    if (failure !== undefined && isClosed(failure)) return this.failed(failure);
    if (failure !== undefined) return this.replaceOneByOne(arrivals, this.lastStates(unreadable, arrivals), failure);
    this.refuse(refused);
    return true;
  }

  /** Does these steps, in order. */
  apply(steps: readonly Step<T>[], revision: Revision | undefined): void {
    if (this.store.transaction === undefined) return this.applyOneByOne(steps);
    const refused: Refusal<T>[] = [];
    const failure = withoutFaults<T, Step<T>>(
      this.store,
      steps,
      (step, error) => {
        if (step.op === 'delete') return { ...step, object: undefined }; // its key is enough
        refused.push([step, error]);
        return undefined;
      },
      (fit) => this.transact(fit, revision),
    );
    if (failure === undefined) return this.refuse(refused);
    if (isClosed(failure)) return void this.failed(failure);
    this.applyOneByOne(steps);
    this.transact([], revision); // for the revision
  }

  /** There is nothing any more. @returns whether the store agrees. */
  clear(): boolean {
    const failure = attempt(() => this.store.replace([]));
    if (failure !== undefined) return this.failed(failure);
    this.known.clear();
    this.keys.keepOnly(new Set());
    return true;
  }

  /** Has the store hand everything out again, if it can. */
  resync(): void {
    const failure = attempt(() => this.store.resync?.());
    if (failure !== undefined) this.failed(failure);
  }

  private put(arrivals: readonly Arrival<T>[], kept: readonly Kept<T>[], revision: Revision | undefined): Error | undefined {
    // A store takes ownership of the list, so every attempt has its own.
    const objects = [...arrivals, ...kept].map(({ object }) => object);
    const failure = attempt(() => this.store.replace(objects, revision));
    if (failure !== undefined) return failure;
    this.keys.keepOnly(new Set(kept.map(({ key }) => key)));
    if (this.known.mustBeTold) {
      this.known.clear();
      for (const { storeKey, object } of kept) this.known.set(storeKey, object);
    }
    for (const arrival of arrivals) this.remember(arrival);
    this.checkKeys(arrivals);
    return undefined;
  }

  private replaceOneByOne(arrivals: readonly Arrival<T>[], kept: readonly Kept<T>[], failure: Error): boolean {
    const keysThatStay = new Set(kept.map(({ storeKey }) => storeKey));
    const objectsThatStay = new Set(kept.map(({ object }) => object));
    let refused = 0;
    for (const arrival of arrivals) {
      const error = attempt(() => perform(this.store, arrival));
      if (error === undefined) {
        objectsThatStay.add(arrival.object);
        this.remember(arrival);
      } else {
        refused++;
        this.host.refused(arrival, error);
      }
      const storeKey = this.keys.ofAny(arrival.key);
      if (storeKey !== undefined) keysThatStay.add(storeKey);
    }
    if (refused === 0) this.failed(failure);
    const unwanted = attempt(() => this.deleteOthers(keysThatStay, objectsThatStay));
    this.keys.keepOnly(new Set([...arrivals, ...kept].map(({ key }) => key)));
    if (unwanted !== undefined) return this.failed(unwanted);
    return refused === 0 || refused < arrivals.length;
  }

  /** An object that stays is known by its key or, in a store with keys of its own, by being the very same. */
  private deleteOthers(keysThatStay: ReadonlySet<string>, objectsThatStay: ReadonlySet<T>): void {
    for (const storeKey of this.known.keys()) {
      const last = this.known.get(storeKey);
      if (keysThatStay.has(storeKey) || (last !== undefined && objectsThatStay.has(last))) continue;
      this.store.delete(new DeletedFinalStateUnknown(storeKey, last));
      this.known.delete(storeKey);
    }
  }

  private transact(steps: readonly Step<T>[], revision: Revision | undefined): Error | undefined {
    const without: (readonly [Removal<T>, Error])[] = [];
    const orders = this.orders.of(steps, (removal, error) => void without.push([removal, error]));
    const failure = attempt(() => this.store.transaction?.(orders, revision));
    if (failure !== undefined) return failure;
    for (const order of orders) this.taken(order);
    for (const [removal, error] of without) this.host.kept(removal, error);
    this.checkKeys(steps);
    return undefined;
  }

  private applyOneByOne(steps: readonly Step<T>[]): void {
    for (const step of steps) {
      const failure = step.op === 'delete' ? this.remove(step) : this.performAll(this.orders.of([step], () => {}));
      if (failure === undefined) continue;
      if (isClosed(failure)) return void this.failed(failure);
      if (step.op === 'delete') this.host.kept(step, failure);
      else this.host.refused(step, failure);
    }
    this.checkKeys(steps);
  }

  /** The arrival comes last: what makes way for it does so when it is in, or it would be gone for nothing. */
  private performAll(orders: readonly Order<T>[]): Error | undefined {
    for (const order of orders.toReversed()) {
      const error = attempt(() => perform(this.store, order));
      if (error !== undefined) return error;
      this.taken(order);
    }
    return undefined;
  }

  /** A deletion needs no more than a key: what cannot be deleted by its final state is by what was known of it. */
  private remove(removal: Removal<T>): Error | undefined {
    let first: Error | undefined;
    for (const order of this.orders.waysOf(removal)) {
      const error = attempt(() => perform(this.store, order));
      if (error === undefined) return void this.taken(order);
      if (isClosed(error)) return error;
      first ??= error;
    }
    return first ?? attempt(() => this.keys.of(removal.key));
  }

  /** The states to keep at these keys, where there are any and nothing else comes to these keys. */
  private lastStates(keys: readonly Key[], arriving: readonly Arrival<T>[]): readonly Kept<T>[] {
    if (keys.length === 0) return [];
    const kept = new Map<string, Kept<T>>();
    const taken = new Set(arriving.map(({ key }) => key));
    for (const key of keys) {
      const storeKey = taken.has(key) ? undefined : this.keys.ofAny(key);
      const object = storeKey === undefined ? undefined : this.known.get(storeKey);
      if (storeKey !== undefined && object !== undefined) kept.set(storeKey, { key, storeKey, object });
    }
    return [...kept.values()];
  }

  private taken(order: Order<T>): void {
    this.remember(order);
    this.host.taken(order);
  }

  private remember(order: Order<T>): void {
    const { key } = order;
    if (order.op !== 'delete') {
      this.keys.entered(key, order.object);
      const storeKey = this.known.mustBeTold ? this.keys.ofAny(key) : undefined;
      if (storeKey !== undefined) this.known.set(storeKey, order.object);
      return;
    }
    const current = this.keys.ofAny(key);
    const gone = order.object instanceof DeletedFinalStateUnknown ? order.object.key : current;
    if (gone !== undefined) this.known.delete(gone);
    if (gone === current) this.keys.left(key); // else it has made way for another one
  }

  private checkKeys(steps: readonly Step<T>[]): void {
    const arrival = this.isQueue ? undefined : steps.find((step): step is Arrival<T> => step.op !== 'delete');
    const error = arrival && this.keys.mismatchOf(this.store, arrival.key, arrival.object);
    if (error !== undefined) this.failed(error);
  }

  private refuse(refused: readonly Refusal<T>[]): void {
    for (const [arrival, error] of refused) this.host.refused(arrival, error);
  }

  private failed(error: Error): false {
    this.host.failed(error);
    return false;
  }
}
