/** The queue of objects (client-go, cache.FIFO). */
import type { Revision } from '../../model/revision.js';
import { keyOf, type Keyed } from '../keys.js';
import type { StoreOperation } from '../store.js';
import { admit, mustBeFunction, type QueueOptions } from './admission.js';
import { BlockingQueue } from './blocking-queue.js';
import {
  emptyFifo,
  putBack,
  putIfAbsent,
  released,
  replaced,
  stepped,
  taken,
  type FifoState,
  type FifoStep,
} from './fifo-queue.js';
import type { Taken } from './line.js';

/** How a {@link FIFO} is set up. */
export type FIFOOptions<T> = QueueOptions<T>;

/**
 * Hands out each object once, the newest state of it, in the order in which their keys came in. What is deleted is not handed out, and
 * loses its place: when it comes again, it is last.
 *
 * `addIfNotPresent` cannot tell that an object was deleted, or its newer state handed out, while somebody had it; `process` can. Prefer it.
 *
 * @example
 * ```ts
 * import { FIFO, metaNamespaceKeyFunc } from 'heliostat/cache';
 * const queue = new FIFO<{ metadata: { name: string }; phase: string }>({ keyFunc: metaNamespaceKeyFunc });
 * queue.add({ metadata: { name: 'web-0' }, phase: 'Pending' });
 * queue.add({ metadata: { name: 'web-1' }, phase: 'Pending' });
 * queue.update({ metadata: { name: 'web-0' }, phase: 'Running' });
 * const pod = await queue.pop();
 * console.log(pod.metadata.name, pod.phase); // web-0 Running
 * await queue.process(({ metadata }) => console.log(metadata.name)); // web-1
 * ```
 */
export class FIFO<T> extends BlockingQueue<T, T, FifoState<T>> {
  private readonly options: FIFOOptions<T>;

  /** @throws ValidationError when `keyFunc` is no function. */
  constructor(options: FIFOOptions<T>) {
    super(emptyFifo());
    mustBeFunction(options.keyFunc, 'keyFunc');
    this.options = options;
  }

  add(object: T): void {
    this.transaction([{ op: 'add', object }]);
  }

  update(object: T): void {
    this.add(object);
  }

  delete(object: Keyed<T>): void {
    this.transaction([{ op: 'delete', object }]);
  }

  transaction(operations: readonly StoreOperation<T>[], resourceVersion?: Revision): void {
    const steps = operations.map((operation): FifoStep<T> =>
      operation.op === 'delete'
        ? { key: keyOf(this.options.keyFunc, operation.object), object: undefined }
        : admit(operation.object, this.options),
    );
    this.change((state) => stepped(state, steps, resourceVersion));
  }

  /** Makes these objects all that is queued, in their order. Of several with one key the last one counts, where the first one stands. */
  replace(objects: Iterable<T>, resourceVersion?: Revision): void {
    const items = Array.from(objects, (object) => admit(object, this.options));
    this.change((state) => replaced(state, items, resourceVersion));
  }

  /** Puts an object in unless one of its key is queued. */
  addIfNotPresent(object: T): boolean {
    const { key, object: admitted } = admit(object, this.options);
    const isAbsent = !this.state.entries.has(key);
    this.change((state) => putIfAbsent(state, key, admitted));
    return isAbsent;
  }

  list(): readonly T[] {
    return Array.from(this.state.entries, ([, { item }]) => item);
  }

  get(object: Keyed<T>): T | undefined {
    return this.getByKey(keyOf(this.options.keyFunc, object));
  }

  getByKey(key: string): T | undefined {
    return this.state.entries.get(key)?.item;
  }

  protected taken(limit: number, isHeld: boolean): readonly [FifoState<T>, readonly Taken<T>[]] {
    return taken(this.state, limit, isHeld);
  }

  protected released(held: Taken<T>): FifoState<T> {
    return released(this.state, held);
  }

  protected putBack(held: Taken<T>): FifoState<T> {
    return putBack(this.state, held);
  }
}
