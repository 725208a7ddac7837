/**
 * Writes into a store, in one step wherever the store takes it. Where it does not, everything but the objects at fault goes in: nothing
 * that a store or an object does makes a writer throw.
 */
import { isHeliostatError } from '../../model/errors.js';
import type { Key } from '../../model/key.js';
import type { Revision } from '../../model/revision.js';
import { DeletedFinalStateUnknown } from '../keys.js';
import type { Store } from '../store.js';
import { knownStatesOf, type KnownStates } from './known-states.js';
import { attempt, perform, whyRefused, type Arrival, type Removal, type Step } from './steps.js';

/** Who is told how it went. Must not call anybody back. */
export interface StoreWriterHost<T> {
  /** A step was taken in by itself or among others; after a `replace` nobody is told. */
  taken(step: Step<T>): void;
  /** The store refuses one object. Its last state stays. */
  refused(step: Step<T>, error: Error): void;
  /** The store did not do what it was told, and no object is at fault. */
  failed(error: Error): void;
}

type Refusal<S> = readonly [step: S, error: Error];

export class StoreWriter<T> {
  private readonly store: Store<T, unknown>;
  private readonly known: KnownStates<T>;
  private readonly toStoreKey: (key: Key) => string;
  private readonly host: StoreWriterHost<T>;

  /** @param toStoreKey the key in the store of an object of the datastore; throws when it cannot be told. */
  constructor(store: Store<T, unknown>, toStoreKey: (key: Key) => string, host: StoreWriterHost<T>) {
    this.store = store;
    this.known = knownStatesOf(store);
    this.toStoreKey = toStoreKey;
    this.host = host;
  }

  /**
   * Makes these objects, and the last states at the keys of those that cannot be read, all that there is. What the store refuses by
   * itself is left out, and its last state stays; where even that fails, everything is done one by one.
   *
   * @returns whether the store took it in.
   */
  replace(arrivals: readonly Arrival<T>[], unreadable: readonly Key[], revision: Revision | undefined): boolean {
    const kept = this.lastStates(unreadable, arrivals);
    const failure = this.put(arrivals, kept, revision);
    if (failure === undefined) return true;
    if (isClosed(failure)) return this.failed(failure);
    const { fit, refused } = this.judge(arrivals);
    if (refused.length > 0) {
      const keptToo = this.lastStates([...unreadable, ...refused.map(([{ key }]) => key)], fit);
      if (this.put(fit, keptToo, revision) === undefined) {
        for (const [step, error] of refused) this.host.refused(step, error);
        return true;
      }
    }
    return this.replaceOneByOne(arrivals, kept, failure);
  }

  /** Does these steps, in order. */
  apply(steps: readonly Step<T>[], revision: Revision | undefined): void {
    if (this.store.transaction === undefined) return this.applyOneByOne(steps);
    const failure = this.transact(steps, revision);
    if (failure === undefined) return;
    if (isClosed(failure)) return void this.failed(failure);
    const { fit, refused } = this.judge(steps.map((step) => (step.op === 'delete' ? this.withKeyAtLeast(step) : step)));
    if (this.transact(fit, revision) === undefined) {
      for (const [step, error] of refused) this.host.refused(step, error);
      return;
    }
    this.applyOneByOne(steps);
    this.transact([], revision); // for the revision
  }

  /** There is nothing any more. @returns whether the store agrees. */
  clear(): boolean {
    const failure = attempt(() => this.store.replace([]));
    if (failure !== undefined) return this.failed(failure);
    this.known.clear();
    return true;
  }

  /** Has the store hand everything out again, if it can. */
  resync(): void {
    const failure = attempt(() => this.store.resync?.());
    if (failure !== undefined) this.failed(failure);
  }

  /** Deleting by key alone. @throws what `toStoreKey` throws. */
  tombstone(key: Key): Removal<T> {
    const storeKey = this.toStoreKey(key);
    return { op: 'delete', object: new DeletedFinalStateUnknown(storeKey, this.lastState(storeKey)), key, revision: undefined };
  }

  private put(arrivals: readonly Arrival<T>[], kept: ReadonlyMap<string, T>, revision: Revision | undefined): Error | undefined {
    // A store takes ownership of the list, so every attempt has its own.
    const failure = attempt(() => this.store.replace([...arrivals.map(({ object }) => object), ...kept.values()], revision));
    if (failure !== undefined || !this.known.mustBeTold) return failure;
    this.known.clear();
    for (const [storeKey, object] of kept) this.known.set(storeKey, object);
    for (const arrival of arrivals) this.remember(arrival);
    return undefined;
  }

  private replaceOneByOne(arrivals: readonly Arrival<T>[], kept: ReadonlyMap<string, T>, failure: Error): boolean {
    const keysThatStay = new Set(kept.keys());
    const objectsThatStay = new Set(kept.values());
    let refused = 0;
    for (const arrival of arrivals) {
      const error = attempt(() => perform(this.store, arrival));
      const storeKey = this.storeKeyOf(arrival.key);
      if (storeKey !== undefined) keysThatStay.add(storeKey);
      if (error === undefined) {
        objectsThatStay.add(arrival.object);
        this.remember(arrival);
      } else {
        refused++;
        this.host.refused(arrival, error);
      }
    }
    if (refused === 0) this.failed(failure);
    const unwanted = attempt(() => this.deleteOthers(keysThatStay, objectsThatStay));
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
    const failure = attempt(() => this.store.transaction?.(steps, revision));
    if (failure === undefined) for (const step of steps) this.taken(step);
    return failure;
  }

  private applyOneByOne(steps: readonly Step<T>[]): void {
    for (const step of steps) {
      const wanted = step.op === 'delete' ? this.withKeyAtLeast(step) : step;
      const error = attempt(() => perform(this.store, wanted));
      if (error === undefined) this.taken(wanted);
      else if (isClosed(error)) return void this.failed(error);
      else this.host.refused(wanted, error);
    }
  }

  /** A deletion needs no more than a key: an object that the store cannot make one for is deleted by the datastore's. */
  private withKeyAtLeast(removal: Removal<T>): Removal<T> {
    const isBest = whyRefused(this.store, removal) === undefined || this.storeKeyOf(removal.key) === undefined;
    return isBest ? removal : this.tombstone(removal.key);
  }

  /** Tells the steps that a store refuses by themselves from the others. */
  private judge<S extends Step<T>>(steps: readonly S[]): { readonly fit: readonly S[]; readonly refused: readonly Refusal<S>[] } {
    const fit: S[] = [];
    const refused: Refusal<S>[] = [];
    for (const step of steps) {
      const error = whyRefused(this.store, step);
      if (error === undefined) fit.push(step);
      else refused.push([step, error]);
    }
    return { fit, refused };
  }

  /** The states to keep at these keys, by their keys in the store, where there are any and nothing else comes to these keys. */
  private lastStates(keys: readonly Key[], arriving: readonly Step<T>[]): ReadonlyMap<string, T> {
    const states = new Map<string, T>();
    if (keys.length === 0) return states;
    const taken = new Set(arriving.map(({ key }) => key));
    for (const key of keys) {
      const storeKey = taken.has(key) ? undefined : this.storeKeyOf(key);
      const last = storeKey === undefined ? undefined : this.lastState(storeKey);
      if (storeKey !== undefined && last !== undefined) states.set(storeKey, last);
    }
    return states;
  }

  private lastState(storeKey: string): T | undefined {
    let last: T | undefined;
    attempt(() => (last = this.known.get(storeKey))); // a store that cannot say has nothing to say
    return last;
  }

  private taken(step: Step<T>): void {
    this.remember(step);
    this.host.taken(step);
  }

  private remember(step: Step<T>): void {
    const storeKey = this.known.mustBeTold ? this.storeKeyOf(step.key) : undefined;
    if (storeKey === undefined) return;
    if (step.op === 'delete') this.known.delete(storeKey);
    else this.known.set(storeKey, step.object);
  }

  private storeKeyOf(key: Key): string | undefined {
    try {
      return this.toStoreKey(key);
    } catch {
      return undefined; // told with the object, where there is anything to tell
    }
  }

  private failed(error: Error): false {
    this.host.failed(error);
    return false;
  }
}

/** A store that is closed takes nothing in, whatever it is given. */
function isClosed(error: Error): boolean {
  return isHeliostatError(error, 'closed');
}
