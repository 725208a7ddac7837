/**
 * What a work queue knows, as an immutable value, and each step that it can take, as a pure function.
 *
 * - What has to be processed is dirty. What is dirty and not being processed is in the queue, once.
 * - What becomes dirty while it is being processed gets into the queue when that has ended.
 * - What waits for its time has one deadline, the earliest that was asked for.
 *
 * A step costs the logarithm of the size, whatever it does.
 */
import { emptyTree, type ObjectTree } from '../../store/object-tree.js';
import { amend } from '../../store/root.js';
import { transact } from '../../store/transact.js';
import type { WorkQueueReport } from './options.js';
import { orderedText } from './ordered-text.js';

/** An item in a box: items may be anything, and a tree takes `undefined` for absence. */
interface Boxed<T> {
  readonly item: T;
}

interface Queued {
  readonly key: string;
  /** When it came into the queue. All times are in milliseconds, as `clock.now()` says them. */
  readonly since: number;
}

interface Taken {
  readonly since: number;
  /** Where it stood in the queue. */
  readonly turn: string;
  readonly queued: Queued;
}

interface Delayed<T> extends Boxed<T> {
  readonly key: string;
  /** Where it stands among the deadlines. */
  readonly place: string;
  readonly due: number;
}

export interface WorkState<T> {
  readonly isShutDown: boolean;
  /** Numbers what is put anywhere, so that equals stay in the order in which they came. */
  readonly sequence: number;
  /** How often an item was added to be tried again. */
  readonly retries: number;
  /** By turn. */
  readonly queue: ObjectTree<Queued>;
  /** By key. */
  readonly dirty: ObjectTree<Boxed<T>>;
  /** By key. */
  readonly processing: ObjectTree<Taken>;
  /** By key. */
  readonly delayed: ObjectTree<Delayed<T>>;
  /** By time, and then by turn. */
  readonly deadlines: ObjectTree<Delayed<T>>;
}

/** What is taken out, and what is left then. */
interface Taking<T> extends Boxed<T> {
  readonly after: WorkState<T>;
}

export function emptyWork<T>(): WorkState<T> {
  return Object.freeze({
    isShutDown: false,
    sequence: 0,
    retries: 0,
    queue: emptyTree<Queued>(),
    dirty: emptyTree<Boxed<T>>(),
    processing: emptyTree<Taken>(),
    delayed: emptyTree<Delayed<T>>(),
    deadlines: emptyTree<Delayed<T>>(),
  });
}

/** The item has to be processed. Of several with one key the last one counts, at the place of the first. */
export function addItem<T>(state: WorkState<T>, key: string, item: T, now: number): WorkState<T> {
  const dirty = put(state.dirty, key, Object.freeze({ item }));
  const isThere = state.dirty.has(key) || state.processing.has(key);
  return isThere ? next(state, { dirty }) : enqueue(next(state, { dirty }), key, now);
}

/** The first item goes from the queue to whoever processes it; undefined when the queue is empty. */
export function takeItem<T>(state: WorkState<T>, now: number): Taking<T> | undefined {
  const first = firstOf(state.queue);
  const boxed = first && state.dirty.get(first[1].key);
  if (first === undefined || boxed === undefined) return undefined;
  const [turn, queued] = first;
  const { key } = queued;
  const after = next(state, {
    queue: without(state.queue, turn),
    dirty: without(state.dirty, key),
    processing: put(state.processing, key, Object.freeze({ since: now, turn, queued })),
  });
  return { item: boxed.item, after };
}

/** The processing of a key has ended. Nothing changes when nobody is processing it. */
export function finishItem<T>(state: WorkState<T>, key: string, now: number): WorkState<T> {
  if (!state.processing.has(key)) return state;
  const after = next(state, { processing: without(state.processing, key) });
  return state.dirty.has(key) ? enqueue(after, key, now) : after;
}

/** As if the item had not been taken, or nothing when nobody is processing it. What was added meanwhile is the item now. */
export function returnItem<T>(state: WorkState<T>, key: string, item: T): WorkState<T> {
  const taken = state.processing.get(key);
  if (taken === undefined) return state;
  return next(state, {
    queue: put(state.queue, taken.turn, taken.queued),
    dirty: state.dirty.has(key) ? state.dirty : put(state.dirty, key, Object.freeze({ item })),
    processing: without(state.processing, key),
  });
}

/** The item has to be processed when it is `due`, unless it waits for an earlier time already. The last item counts in any case. */
export function delayItem<T>(state: WorkState<T>, key: string, item: T, due: number): WorkState<T> {
  const known = state.delayed.get(key);
  const isEarlier = known === undefined || due < known.due;
  const place = isEarlier ? orderedText(due) + orderedText(state.sequence) : known.place;
  const delayed = Object.freeze({ key, item, place, due: isEarlier ? due : known.due });
  const others = known === undefined ? state.deadlines : without(state.deadlines, known.place);
  return next(state, {
    sequence: state.sequence + 1,
    delayed: put(state.delayed, key, delayed),
    deadlines: put(others, place, delayed),
  });
}

/** Everything whose time has come is added, in the order of the times, in one step. */
export function ripen<T>(state: WorkState<T>, now: number): WorkState<T> {
  const ripe: Delayed<T>[] = [];
  for (const [, delayed] of state.deadlines) {
    if (delayed.due > now) break;
    ripe.push(delayed);
  }
  if (ripe.length === 0) return state;
  const waitsForNothing = ripe.filter(({ key }) => !state.dirty.has(key) && !state.processing.has(key));
  return next(state, {
    sequence: state.sequence + waitsForNothing.length,
    queue: transact(state.queue, (draft) => {
      for (const [index, { key }] of waitsForNothing.entries()) {
        draft.set(orderedText(state.sequence + index), Object.freeze({ key, since: now }));
      }
    }).after,
    dirty: transact(state.dirty, (draft) => {
      for (const { key, item } of ripe) draft.set(key, Object.freeze({ item }));
    }).after,
    delayed: transact(state.delayed, (draft) => {
      for (const { key } of ripe) draft.delete(key);
    }).after,
    deadlines: transact(state.deadlines, (draft) => {
      for (const { place } of ripe) draft.delete(place);
    }).after,
  });
}

/** One more item was added to be tried again. */
export function countRetry<T>(state: WorkState<T>): WorkState<T> {
  return next(state, { retries: state.retries + 1 });
}

/** Nothing is taken in any more, and nothing is waited for. */
export function shutDownWork<T>(state: WorkState<T>): WorkState<T> {
  return next(state, { isShutDown: true, delayed: emptyTree(), deadlines: emptyTree() });
}

/** Whether there will never be anything to take again. */
export function isExhausted(state: WorkState<unknown>): boolean {
  return state.isShutDown && state.dirty.size === 0;
}

/** Whether nothing is left at all, under way or not. */
export function isDrained(state: WorkState<unknown>): boolean {
  return isExhausted(state) && state.processing.size === 0;
}

/** What there is to tell of all this. */
export function reportOf(state: WorkState<unknown>, now: number): Omit<WorkQueueReport, 'name'> {
  return {
    length: state.queue.size,
    processing: state.processing.size,
    waiting: state.delayed.size,
    retries: state.retries,
    longestRunning: longestRunning(state, now),
    oldestQueued: oldestQueued(state, now),
    isShuttingDown: state.isShutDown,
  };
}

/** When the next item will be due; undefined when none waits for its time. */
export function nextDue(state: WorkState<unknown>): number | undefined {
  return firstOf(state.deadlines)?.[1].due;
}

/** For how long the first item has been in the queue; 0 when there is none. */
function oldestQueued(state: WorkState<unknown>, now: number): number {
  const first = firstOf(state.queue);
  return first === undefined ? 0 : now - first[1].since;
}

/** For how long the longest processing has been under way; 0 when there is none. Takes the time of what is under way. */
function longestRunning(state: WorkState<unknown>, now: number): number {
  let longest = 0;
  for (const [, { since }] of state.processing) longest = Math.max(longest, now - since);
  return longest;
}

function enqueue<T>(state: WorkState<T>, key: string, since: number): WorkState<T> {
  const queue = put(state.queue, orderedText(state.sequence), Object.freeze({ key, since }));
  return next(state, { queue, sequence: state.sequence + 1 });
}

function firstOf<V>(tree: ObjectTree<V>): readonly [string, V] | undefined {
  const first = tree.entries().next();
  return first.done === true ? undefined : first.value;
}

function put<V>(tree: ObjectTree<V>, key: string, value: V): ObjectTree<V> {
  return transact(tree, (draft) => draft.set(key, value)).after;
}

function without<V>(tree: ObjectTree<V>, key: string): ObjectTree<V> {
  return transact(tree, (draft) => draft.delete(key)).after;
}

function next<T>(state: WorkState<T>, parts: Partial<WorkState<T>>): WorkState<T> {
  return amend(state, (draft) => void Object.assign(draft, parts));
}
