/** The queue of changes (client-go, cache.DeltaFIFO). */
import { ValidationError } from '../../model/errors.js';
import type { Revision } from '../../model/revision.js';
import { silentLogger, type Logger } from '../../ports/logger.js';
import { KeyError, ZeroLengthDeltasError } from '../errors.js';
import { DeletedFinalStateUnknown, ExplicitKey, keyOf, type Keyed } from '../keys.js';
import type { KeyGetter, KeyLister, StoreOperation } from '../store.js';
import { admit, lastStateIn, mustBeFunction, type QueueOptions } from './admission.js';
import { BlockingQueue } from './blocking-queue.js';
import { checkedDelta, compressed } from './compression.js';
import { DeltaType, newestDelta, objectIn, type DeltaCompressor, type Deltas } from './delta.js';
import {
  emptyDeltaQueue,
  putBack,
  putIfAbsent,
  released,
  replaced,
  resynced,
  stepped,
  swept,
  taken,
  tidied,
  type DeltaPolicy,
  type DeltaQueueState,
  type DeltaStep,
} from './delta-queue.js';
import { KnownObjects, nothingKnown } from './known-objects.js';
import { amended, noted, type Taken } from './line.js';

/** How a {@link DeltaFIFO} is set up. */
export interface DeltaFIFOOptions<T> extends QueueOptions<T> {
  /**
   * What the consumer keeps, usually the store that it writes to. What it lists and a list does not is deleted, beside what the queue
   * itself has handed out. With `getByKey`, tombstones have the object.
   */
  readonly knownObjects?: (KeyLister & Partial<KeyGetter<T>>) | undefined;
  /** Default: nothing is redundant. */
  readonly compressor?: DeltaCompressor<T> | undefined;
  /**
   * What is queued in place of an object that comes in; called once for each, never for tombstones nor for what a resync repeats. The object
   * is plain data and frozen: it returns a changed copy. It must not change what the key is made of. When it throws, the operation is refused
   * as a whole, with its error; with a ValidationError, whose cause it is, when it is a TypeError, as writing to what is frozen is.
   */
  readonly transformer?: ((object: T) => T) | undefined;
  /** The type of the deltas that `replace` makes. With `Replaced` they can be told from those of a resync. Default: `Sync`. */
  readonly relistDelta?: 'Sync' | 'Replaced' | undefined;
  /** Where known objects that fail are reported. Default: nowhere. */
  readonly logger?: Logger | undefined;
}

/** So much is kept of deletions that were handed out before it is asked whether it still matters. */
const leastToTidy = 1_024;

/**
 * Hands out everything that happened to an object since it was handed out last, deletions included, in the order in which the keys came in.
 *
 * The queue remembers what it has handed out: a list says what is gone among that, too, though the consumer may not have written it down
 * yet. It needs memory for the keys and for the deltas that nobody has taken; a compressor bounds the latter.
 *
 * Several consumers may take from one queue. Two of them can have one key at a time, each a later part of what happened to it; then it is
 * for them to see that the newer state stays. What `process` and `addIfNotPresent` put back is never older than what somebody took: for each
 * key the queue remembers the delta that it has handed out last; a deletion, as long as somebody has it.
 *
 * @example
 * ```ts
 * import { createStore, DeltaFIFO, DeltaType, metaNamespaceKeyFunc, newestDelta } from 'heliostat/cache';
 * interface Pod { readonly metadata: { readonly name: string }; readonly phase: string }
 * const pods = createStore<Pod>(metaNamespaceKeyFunc);
 * const queue = new DeltaFIFO<Pod>({ keyFunc: metaNamespaceKeyFunc, knownObjects: pods });
 * queue.add({ metadata: { name: 'web-0' }, phase: 'Pending' });
 * queue.update({ metadata: { name: 'web-0' }, phase: 'Running' });
 * queue.delete({ metadata: { name: 'web-0' }, phase: 'Succeeded' });
 * await queue.process((deltas) => {
 *   console.log(deltas.map(({ type }) => type)); // ['Added', 'Updated', 'Deleted']
 *   const newest = newestDelta(deltas);
 *   if (newest?.type === DeltaType.Deleted) pods.delete(newest.object);
 *   else if (newest !== undefined) pods.update(newest.object);
 * });
 * ```
 */
export class DeltaFIFO<T> extends BlockingQueue<T, Deltas<T>, DeltaQueueState<T>> {
  private readonly options: DeltaFIFOOptions<T>;
  private readonly policy: DeltaPolicy<T>;
  private readonly logger: Logger;
  private tidyAt = leastToTidy;
  private sweepAt = leastToTidy;

  /** @throws ValidationError when an option is not what it must be. */
  constructor(options: DeltaFIFOOptions<T>) {
    super(emptyDeltaQueue());
    const { knownObjects, compressor, relistDelta = DeltaType.Sync, logger = silentLogger } = options;
    checkOptions(options);
    this.options = options;
    this.logger = logger;
    this.policy = {
      known: knownObjects === undefined ? nothingKnown : new KnownObjects(knownObjects, logger),
      relistDelta,
      compress: compressor === undefined ? undefined : (key, deltas) => compressed(key, deltas, compressor, options),
    };
  }

  add(object: T): void {
    this.transaction([{ op: 'add', object }]);
  }

  update(object: T): void {
    this.transaction([{ op: 'update', object }]);
  }

  /** Queues a deletion. Nothing happens when nothing is queued for the key and nobody knows it. */
  delete(object: Keyed<T>): void {
    this.transaction([{ op: 'delete', object }]);
  }

  transaction(operations: readonly StoreOperation<T>[], resourceVersion?: Revision): void {
    const steps = operations.map((operation) => this.stepOf(operation));
    this.change((state) => stepped(state, steps, this.policy, resourceVersion));
  }

  /**
   * Queues a list: a delta for each object, and a deletion for each key that is queued or known and not in the list, unless its deletion is
   * queued already. What is queued stays.
   */
  replace(objects: Iterable<T>, resourceVersion?: Revision): void {
    const items = Array.from(objects, (object) => admit(object, this.options, this.options.transformer));
    this.change((state) => replaced(state, items, this.policy, resourceVersion));
  }

  /** Hands out every object once more that is known and has nothing queued. */
  resync(): void {
    this.change((state) => resynced(state, this.policy));
  }

  /**
   * Puts deltas back that were taken out and could not be processed, unless something newer of their key is queued, or was taken: then they
   * are gone, unlike those that `process` puts back in front of what is queued. What is put back may be a part of what was taken, but must
   * end with the very delta that this ended with.
   *
   * @returns whether they were put back.
   * @throws KeyError when there are no deltas, whose cause is a ZeroLengthDeltasError; ValidationError when these are no deltas.
   */
  addIfNotPresent(deltas: Deltas<T>): boolean {
    if (!Array.isArray(deltas)) {
      throw new ValidationError(`Only deltas that were taken out can be put back; this is ${typeof deltas}.`, { field: 'deltas' });
    }
    const key = this.keyOf(deltas);
    const checked = Object.freeze(deltas.map((delta) => checkedDelta(delta, key, this.options)));
    const newest = newestDelta<T>(deltas);
    let isPutBack = false;
    this.change((state) => {
      const next = newest === undefined ? state : putIfAbsent(state, key, checked, newest);
      isPutBack = next !== state;
      return amended(next, noted(next, undefined));
    });
    return isPutBack;
  }

  /**
   * The key of an object, of an explicit key, of a tombstone, or of deltas.
   *
   * @throws KeyError when there is none. Of no deltas at all its cause is a ZeroLengthDeltasError.
   */
  keyOf(object: Keyed<T> | Deltas<T>): string {
    if (!isDeltas(object)) return keyOf(this.options.keyFunc, object);
    const newest = newestDelta(object);
    if (newest === undefined) throw new KeyError(object, new ZeroLengthDeltasError());
    return keyOf(this.options.keyFunc, newest.object);
  }

  /** The newest object of each key, in key order; of a tombstone the object in it. A key whose object nobody knows is not among them. */
  list(): readonly T[] {
    return Array.from(this.state.entries, ([, { item }]) => objectIn(item.newest)).filter((object) => object !== undefined);
  }

  get(object: Keyed<T> | Deltas<T>): Deltas<T> | undefined {
    return this.getByKey(this.keyOf(object));
  }

  getByKey(key: string): Deltas<T> | undefined {
    return this.state.entries.get(key)?.item.deltas;
  }

  protected taken(limit: number, isHeld: boolean): readonly [DeltaQueueState<T>, readonly Taken<Deltas<T>>[]] {
    const [state, items] = taken(this.state, limit, { hasKnown: this.options.knownObjects !== undefined, isHeld });
    return [this.swept(state.departed.size < this.tidyAt ? state : this.tidy(state)), items];
  }

  protected released(held: Taken<Deltas<T>>): DeltaQueueState<T> {
    return released(this.state, held);
  }

  protected putBack(held: Taken<Deltas<T>>): DeltaQueueState<T> {
    try {
      return putBack(this.state, held, this.policy);
    } catch (error) {
      const { key } = held;
      this.logger.error(
        `The compressor failed for ${JSON.stringify(key)}, which could not be processed and is put back: its deltas are kept as they are.`,
        { key, error },
      );
      return putBack(this.state, held, { ...this.policy, compress: undefined });
    }
  }

  /** Asking costs the time of all known keys: done each time their number has doubled, it costs next to nothing for each deletion. */
  private tidy(state: DeltaQueueState<T>): DeltaQueueState<T> {
    let tidy = state;
    try {
      tidy = tidied(state, this.policy.known.keys());
    } catch (error) {
      this.logger.error('The known objects failed to list their keys; trying again later.', { error });
    }
    this.tidyAt = Math.max(leastToTidy, 2 * tidy.departed.size);
    return tidy;
  }

  /** Done each time their number has doubled, too. */
  private swept(state: DeltaQueueState<T>): DeltaQueueState<T> {
    if (state.deletions.size < this.sweepAt) return state;
    const clean = swept(state);
    this.sweepAt = Math.max(leastToTidy, 2 * clean.deletions.size);
    return clean;
  }

  private stepOf(operation: StoreOperation<T>): DeltaStep<T> {
    if (operation.op === 'delete') return this.deletionOf(operation.object);
    const { key, object } = admit(operation.object, this.options, this.options.transformer);
    return { key, delta: { type: operation.op === 'add' ? DeltaType.Added : DeltaType.Updated, object } };
  }

  private deletionOf(object: Keyed<T>): DeltaStep<T> {
    if (object instanceof ExplicitKey || object instanceof DeletedFinalStateUnknown) {
      const tombstone = new DeletedFinalStateUnknown<T>(object.key, lastStateIn(object, this.options));
      return { key: object.key, delta: { type: DeltaType.Deleted, object: tombstone } };
    }
    const admitted = admit(object, this.options, this.options.transformer);
    return { key: admitted.key, delta: { type: DeltaType.Deleted, object: admitted.object } };
  }
}

function isDeltas<T>(object: Keyed<T> | Deltas<T>): object is Deltas<T> {
  return Array.isArray(object);
}

function checkOptions<T>({ keyFunc, knownObjects, compressor, transformer, relistDelta }: DeltaFIFOOptions<T>): void {
  mustBeFunction(keyFunc, 'keyFunc');
  if (knownObjects !== undefined) mustBeFunction(Reflect.get(knownObjects, 'listKeys'), 'knownObjects.listKeys');
  if (compressor !== undefined) mustBeFunction(compressor, 'compressor');
  if (transformer !== undefined) mustBeFunction(transformer, 'transformer');
  if (relistDelta === undefined || relistDelta === DeltaType.Sync || relistDelta === DeltaType.Replaced) return;
  throw new ValidationError(`Queue option "relistDelta" is ${JSON.stringify(relistDelta)}; it must be "Sync" or "Replaced".`, {
    field: 'relistDelta',
  });
}
