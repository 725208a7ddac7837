/** The shell of a queue: who takes, who waits, who processes; the states themselves are the rooms' own. */
import { ClosedError, ValidationError } from '../../model/errors.js';
import type { Revision } from '../../model/revision.js';
import type { Keyed } from '../keys.js';
import type { PopOptions, Queue } from '../queue.js';
import type { StoreOperation } from '../store.js';
import { isDrained, type Line, type Taken } from './line.js';
import { WaitingRoom } from './waiting-room.js';

/** What a handler learns of an item besides the item. */
export interface ItemContext {
  /** Whether the first `replace` brought it, a deletion that it implied included. */
  readonly isInInitialList: boolean;
}

/** Does something with an item. What it throws, or rejects with, puts the item back. */
export type ItemHandler<Item, R> = (item: Item, context: ItemContext) => R | PromiseLike<R>;

/**
 * What {@link FIFO} and {@link DeltaFIFO} have in common. Nothing of the user is called while the state is being replaced, and those who wait
 * are served before a change returns: who waits finds the queue empty, and nobody overtakes them.
 */
export abstract class BlockingQueue<T, Item, State extends Line<unknown>> implements Queue<T, Item> {
  /** @internal */
  protected state: State;
  private readonly waitingRoom = new WaitingRoom();
  private isClosed = false;
  private isChanging = false;
  /** How many items of the first list are being processed. */
  private initialInHand = 0;

  constructor(state: State) {
    this.state = state;
  }

  /** The revision of the last operation that told one; undefined when none has. */
  get resourceVersion(): Revision | undefined {
    return this.state.resourceVersion;
  }

  abstract add(object: T): void;
  abstract update(object: T): void;
  abstract delete(object: Keyed<T>): void;
  abstract list(): readonly T[];
  abstract get(object: Keyed<T>): Item | undefined;
  abstract getByKey(key: string): Item | undefined;
  abstract replace(objects: Iterable<T>, resourceVersion?: Revision): void;
  abstract transaction(operations: readonly StoreOperation<T>[], resourceVersion?: Revision): void;
  abstract addIfNotPresent(item: Item): boolean;

  /** The state without its first items, and these. With `isHeld` they come back by `released` or by `putBack`. @internal */
  protected abstract taken(limit: number, isHeld: boolean): readonly [State, readonly Taken<Item>[]];
  /** The state after an item was processed. @internal */
  protected abstract released(held: Taken<Item>): State;
  /** The state after an item could not be processed. @internal */
  protected abstract putBack(held: Taken<Item>): State;

  listKeys(): readonly string[] {
    return Array.from(this.state.entries, ([key]) => key);
  }

  tryPop(): Item | undefined {
    return this.take(1, false)?.[0]?.item;
  }

  tryPopMany(limit: number): readonly Item[] {
    return itemsOf(this.take(checkedLimit(limit), false) ?? []);
  }

  async pop({ signal }: PopOptions = {}): Promise<Item> {
    return this.waitFor(() => this.tryPop(), signal);
  }

  async popMany(limit: number, { signal }: PopOptions = {}): Promise<readonly Item[]> {
    checkedLimit(limit);
    const items = await this.waitFor(() => this.take(limit, false), signal);
    return itemsOf(items);
  }

  /**
   * Takes the first item out, as soon as there is one, and lets `handler` process it. When that fails, the item is put back, behind all
   * others, also when the queue is closed. Not when something newer was taken since; and what has come since takes the place of an object,
   * while deltas are put in front of it.
   *
   * Until the handler is done with it, an item of the first list counts as not taken out.
   *
   * @returns what `handler` returns.
   * @throws what `handler` throws; and as `pop`, when there was nothing to process.
   */
  async process<R>(handler: ItemHandler<Item, R>, { signal }: PopOptions = {}): Promise<R> {
    const held = await this.waitFor(() => this.hold(), signal);
    try {
      const result = await handler(held.item, Object.freeze({ isInInitialList: held.isInitial }));
      this.become(this.released(held));
      return result;
    } catch (error) {
      this.become(this.alone(() => this.putBack(held)));
      throw error;
    } finally {
      if (held.isInitial) this.initialInHand--;
    }
  }

  close(): void {
    this.isClosed = true;
    this.waitingRoom.refuse(closedError);
  }

  hasSynced(): boolean {
    return this.initialInHand === 0 && isDrained(this.state);
  }

  /** Changes the queue, all or nothing, and serves those who wait. @internal */
  protected change(next: (state: State) => State): void {
    if (this.isClosed) throw closedError();
    this.become(this.alone(() => next(this.state)));
  }

  private become(state: State): void {
    this.state = state;
    this.waitingRoom.serve();
  }

  private take(limit: number, isHeld: boolean): readonly Taken<Item>[] | undefined {
    const [state, items] = this.alone(() => this.taken(limit, isHeld));
    this.state = state;
    return items.length === 0 ? undefined : items;
  }

  private hold(): Taken<Item> | undefined {
    const held = this.take(1, true)?.[0];
    if (held?.isInitial === true) this.initialInHand++;
    return held;
  }

  /** Takes at once what there is: when somebody waits, there is nothing. */
  private async waitFor<R>(take: () => R | undefined, signal: AbortSignal | undefined): Promise<R> {
    signal?.throwIfAborted();
    const taken = take();
    if (taken !== undefined) return taken;
    if (this.isClosed) throw closedError();
    return this.waitingRoom.join(take, signal);
  }

  /** Functions of the user run while the next state is computed: what they would change would be lost with it. */
  private alone<R>(compute: () => R): R {
    if (this.isChanging)
      throw new Error('A compressor, or what it called, changed the queue that asked it. It only looks at its deltas.');
    this.isChanging = true;
    try {
      return compute();
    } finally {
      this.isChanging = false;
    }
  }
}

function itemsOf<Item>(taken: readonly Taken<Item>[]): readonly Item[] {
  return taken.map(({ item }) => item);
}

function checkedLimit(limit: number): number {
  if (limit >= 1 && (Number.isInteger(limit) || limit === Infinity)) return limit;
  throw new ValidationError(
    `limit is ${String(limit)}; it must be a whole number of at least 1, or Infinity for everything there is.`,
    {
      field: 'limit',
    },
  );
}

function closedError(): ClosedError {
  return new ClosedError(
    'The queue is closed: nothing comes in any more. What is left in it can be taken with tryPop or tryPopMany.',
  );
}
