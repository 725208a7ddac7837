/** A handler at work: called as a controller calls it, and what it wants as a map. */
import { DBResync } from '../../controller/events/db-resync.js';
import type { Event } from '../../controller/events/event.js';
import { HealingResync, HealingResyncType } from '../../controller/events/healing-resync.js';
import { KubeStateChange } from '../../controller/events/kube-state-change.js';
import type { EventHandler, UpdateOperations } from '../../controller/handler.js';
import { copyPlainData, freezePlainData } from '../../store/plain-data.js';
import { changed, dataOf, valueAt, type KubeChange, type Picture } from './scenario.js';

/** What is wanted, by key. */
export type Wanted = ReadonlyMap<string, unknown>;

/** What a handler has been called for, over all runs: a verification in which nothing happened proves nothing. */
export interface Counts {
  updates: number;
  /** Updates that the handler did not handle. */
  ignored: number;
  wanted: number;
}

/** The handler has thrown. */
export class HandlerFailure extends Error {
  constructor(what: string, cause: unknown) {
    super(`${what} throws ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`, { cause });
  }
}

/** The handler has changed what it was given. */
export class InputChanged extends Error {}

/** How it is called. */
export interface RunOptions {
  readonly handler: EventHandler;
  readonly counts: Counts;
  /** Whether it is given data that it could change, to see whether it does. Otherwise its data is frozen, as a controller's is. */
  readonly isTempted?: boolean;
}

/** One handler from its first resync on. */
export class HandlerRun {
  private readonly handler: EventHandler;
  private readonly counts: Counts;
  private readonly isTempted: boolean;
  private state: Picture = new Map();
  private wants = new Map<string, unknown>();
  private resyncCount = 0;

  constructor({ handler, counts, isTempted = false }: RunOptions) {
    this.handler = handler;
    this.counts = counts;
    this.isTempted = isTempted;
  }

  /** What the handler wants now. */
  get wanted(): Wanted {
    return new Map(this.wants);
  }

  get picture(): Picture {
    return this.state;
  }

  /** Everything anew: from a state that was read, or again from the one that is known, as a healing does it. */
  async resync(picture: Picture = this.state, isReversed = false): Promise<void> {
    const kubeState = this.given(dataOf(picture, isReversed));
    const isFirst = this.resyncCount === 0;
    const event = isFirst
      ? new DBResync({ kubeState })
      : new HealingResync({ type: HealingResyncType.AfterError, error: new Error('a drill') });
    this.state = picture;
    this.resyncCount++;
    if (!this.handles(event)) return;
    const writes = await this.call(`resync number ${this.resyncCount}`, [kubeState], (txn) =>
      this.handler.resync(event, kubeState, this.resyncCount, {
        put: (key, value) => txn.put(key, value),
        get: (key) => txn.get(key),
      }),
    );
    this.wants = new Map([...writes].filter(([, value]) => value !== null));
    this.counts.wanted += this.wants.size;
  }

  /** A change that has happened. */
  async update(change: KubeChange): Promise<void> {
    const event = this.eventOf(change, change.value ?? undefined);
    this.state = changed(this.state, change);
    if (event === undefined) return;
    for (const [key, value] of await this.deliver(event)) {
      if (value === null) this.wants.delete(key);
      else this.wants.set(key, value);
    }
    this.counts.wanted += this.wants.size;
  }

  /** A change that has failed elsewhere, and is taken back. */
  async detour(change: KubeChange): Promise<void> {
    const event = this.eventOf(change, change.value ?? undefined);
    if (event === undefined || !this.handles(event)) return;
    await this.deliver(event);
    try {
      await this.handler.revert(event);
    } catch (error) {
      throw new HandlerFailure(`revert of the update of ${change.resource} ${change.key}`, error);
    }
  }

  /** Is told of a change that changes nothing. */
  async touch({ resource, key }: KubeChange): Promise<void> {
    const value = valueAt(this.state, { resource, key });
    if (value !== undefined) await this.update({ resource, key, value });
  }

  /** @returns undefined when nothing would be told: what is not there cannot go. */
  private eventOf(change: KubeChange, newValue: unknown): KubeStateChange | undefined {
    const prevValue = valueAt(this.state, change);
    if (prevValue === undefined && newValue === undefined) return undefined;
    const { resource, key } = change;
    return new KubeStateChange({
      resource,
      key,
      prevValue: prevValue === undefined ? undefined : this.given(prevValue),
      newValue: newValue === undefined ? undefined : this.given(copyPlainData(newValue)),
    });
  }

  private async deliver(event: KubeStateChange): Promise<ReadonlyMap<string, unknown>> {
    this.counts.updates++;
    if (!this.handles(event)) {
      this.counts.ignored++;
      return new Map();
    }
    const { resource, key, prevValue, newValue } = event;
    return this.call(`update of ${resource} ${key}`, [prevValue, newValue], (txn) => this.handler.update(event, txn));
  }

  /** @returns what was written; null: deleted. */
  private async call(
    what: string,
    given: readonly unknown[],
    call: (txn: UpdateOperations) => unknown,
  ): Promise<ReadonlyMap<string, unknown>> {
    const before = JSON.stringify(given);
    const writes = new Map<string, unknown>();
    try {
      await call({
        put: (key, value) => void writes.set(key, this.isTempted ? copyPlainData(value) : freezePlainData(value)),
        get: (key) => writes.get(key) ?? undefined,
        delete: (key) => void writes.set(key, null),
      });
    } catch (error) {
      throw new HandlerFailure(what, error);
    }
    const after = JSON.stringify(given);
    if (before !== after) throw new InputChanged(`${what} changes what it is given: ${before} is ${after} afterwards`);
    return writes;
  }

  private handles(event: Event): boolean {
    try {
      return this.handler.handlesEvent(event);
    } catch (error) {
      throw new HandlerFailure(`handlesEvent of "${event.name}"`, error);
    }
  }

  private given<V>(value: V): V {
    // Plain data comes back from JSON as the same type; what a handler may be tempted to change is not frozen.
    return this.isTempted ? (JSON.parse(JSON.stringify(value)) as V) : value;
  }
}
