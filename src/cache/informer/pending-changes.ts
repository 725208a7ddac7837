/**
 * What one handler has not been told yet.
 *
 * - `folded` holds, for each key, the difference between what the handler was told and what is there. `line` holds changes one by one,
 *   all of them later than those of `folded`.
 * - A key has at most one entry in `folded`, and `line` is no longer than its limit: the memory is bounded however slow the handler.
 *   An iterator that is kept would not do to find what comes first: it holds on to every table that its Map has outgrown since.
 * - A key with a change waiting is in no resync: the change tells more, and tells it of the newest state.
 */
import { deepEqual } from 'fast-equals';
import { Front } from './front.js';
import type { AddDetails, Backpressure, Deleted, UpdateDetails } from './handler.js';
import { isRecreated, type Step } from './step.js';

/** What a handler is to be told next. */
export type Telling<T> = { readonly key: string; readonly isInitial: boolean } & (
  | { readonly kind: 'add'; readonly object: T; readonly details: AddDetails }
  | { readonly kind: 'update'; readonly before: T; readonly after: T; readonly details: UpdateDetails }
  | { readonly kind: 'delete'; readonly deleted: Deleted<T> }
);

/** What the handler was told of a key, what is there now, and how it went if it is gone. */
interface Entry<T> {
  readonly key: string;
  readonly before: T | undefined;
  after: T | undefined;
  deleted: Deleted<T> | undefined;
  readonly isInitial: boolean;
  /** More than one step led from `before` to `after`: it may have come back to where it was. */
  isFolded: boolean;
}

export class PendingChanges<T> {
  private readonly limit: number;
  private readonly current: (key: string) => T | undefined;
  private readonly folded = new Map<string, Entry<T>>();
  private readonly line = new Set<Step<T>>();
  /** How many changes of a key are in the line. */
  private readonly inLine = new Map<string, number>();
  private readonly resyncs = new Set<string>();
  private readonly fronts = {
    folded: new Front(this.folded, (entry) => this.folded.get(entry.key) === entry),
    line: new Front(this.line, (step) => this.line.has(step)),
    resyncs: new Front(this.resyncs, (key) => this.resyncs.has(key)),
  };
  /** Whether the line is closed: always, or until what is folded has been told. */
  private isFolding: boolean;
  private isResyncNext = false;
  private initial = 0;

  /** @param current what is there for a key now. */
  constructor(backpressure: Backpressure, current: (key: string) => T | undefined) {
    this.limit = backpressure.mode === 'every' ? backpressure.limit : 0;
    this.isFolding = this.limit === 0;
    this.current = current;
  }

  get size(): number {
    return this.folded.size + this.line.size + this.resyncs.size;
  }

  /** How much of what there was at the beginning has not been told: taken, and {@link PendingChanges.told}. */
  get initialSize(): number {
    return this.initial;
  }

  /** Everything there is counts as new to this handler. */
  begin(objects: Iterable<readonly [key: string, object: T]>): void {
    for (const [key, after] of objects) this.fold({ key, before: undefined, after, deleted: undefined }, true);
  }

  /**
   * Something has changed. What is initial is folded: it is content, not history.
   *
   * @returns whether this was one change too many for the line, so that from now on changes are folded.
   */
  push(step: Step<T>, isInitial: boolean): boolean {
    this.resyncs.delete(step.key);
    if (isInitial || this.isFolding) {
      this.fold(step, isInitial);
      return false;
    }
    this.line.add(step);
    this.inLine.set(step.key, (this.inLine.get(step.key) ?? 0) + 1);
    if (this.line.size <= this.limit) return false;
    for (const waiting of this.line) this.fold(waiting, false);
    this.line.clear();
    this.inLine.clear();
    this.isFolding = this.folded.size > 0;
    return true;
  }

  /** These objects are to be told again. */
  resync(keys: Iterable<string>): void {
    for (const key of keys) if (!this.folded.has(key) && !this.inLine.has(key)) this.resyncs.add(key);
  }

  /** The next thing to tell; undefined when there is none. Changes and resyncs take turns, so that neither keeps the other waiting. */
  take(): Telling<T> | undefined {
    this.isResyncNext = !this.isResyncNext;
    const first = this.isResyncNext ? this.takeResync() : this.takeChange();
    return first ?? (this.isResyncNext ? this.takeChange() : this.takeResync());
  }

  /** The handler has been told. */
  told({ isInitial }: Telling<T>): void {
    if (isInitial) this.initial--;
  }

  /** Forgets everything. */
  clear(): void {
    this.folded.clear();
    this.line.clear();
    this.inLine.clear();
    this.resyncs.clear();
    for (const front of Object.values(this.fronts)) front.clear();
  }

  private takeChange(): Telling<T> | undefined {
    const { folded, line } = this.fronts;
    for (let entry = folded.first(); entry !== undefined; entry = folded.first()) {
      this.folded.delete(entry.key);
      if (this.folded.size === 0) this.isFolding = this.limit === 0;
      if (!entry.isFolded || !isSame(entry)) return tellingOf(entry, entry.isInitial);
      if (entry.isInitial) this.initial--;
    }
    const step = line.first();
    if (step === undefined) return undefined;
    this.line.delete(step);
    const others = (this.inLine.get(step.key) ?? 1) - 1;
    if (others === 0) this.inLine.delete(step.key);
    else this.inLine.set(step.key, others);
    return tellingOf(step, false);
  }

  private takeResync(): Telling<T> | undefined {
    const { resyncs } = this.fronts;
    for (let key = resyncs.first(); key !== undefined; key = resyncs.first()) {
      this.resyncs.delete(key);
      const object = this.current(key);
      if (object !== undefined) return { kind: 'update', key, before: object, after: object, details: ofResync, isInitial: false };
    }
    return undefined;
  }

  private fold(step: Step<T>, isInitial: boolean): void {
    const known = this.folded.get(step.key);
    if (known === undefined) {
      this.folded.set(step.key, { ...step, isInitial, isFolded: false });
      if (isInitial) this.initial++;
      return;
    }
    known.after = step.after;
    known.deleted = step.deleted;
    known.isFolded = true;
    if (known.before !== undefined || known.after !== undefined) return;
    // The handler never hears of it: to keep it would be to remember every key that ever was.
    this.folded.delete(step.key);
    if (known.isInitial) this.initial--;
    if (this.folded.size === 0) this.isFolding = this.limit === 0;
  }
}

const ofResync: UpdateDetails = Object.freeze({ recreated: false, isResync: true });
const ofUpdate: UpdateDetails = Object.freeze({ recreated: false, isResync: false });
const ofRecreation: UpdateDetails = Object.freeze({ recreated: true, isResync: false });
const ofInitialAdd: AddDetails = Object.freeze({ isInInitialList: true });
const ofAdd: AddDetails = Object.freeze({ isInInitialList: false });

/** Whether a key is back where it was when the handler was last told of it. */
function isSame<T>({ before, after }: Step<T>): boolean {
  return before === after || (before !== undefined && after !== undefined && deepEqual(before, after));
}

/** What to tell of a key that has changed. */
function tellingOf<T>({ key, before, after, deleted }: Step<T>, isInitial: boolean): Telling<T> | undefined {
  if (after === undefined) return deleted && { kind: 'delete', key, deleted, isInitial };
  if (before === undefined) {
    return { kind: 'add', key, object: after, details: isInitial ? ofInitialAdd : ofAdd, isInitial };
  }
  return { kind: 'update', key, before, after, details: isRecreated(before, after) ? ofRecreation : ofUpdate, isInitial };
}
