/** What a {@link FIFO} does, as pure functions from one state to the next: the newest object of each key, in the order of arrival. */
import type { Revision } from '../../model/revision.js';
import { emptyTree, type ObjectTree } from '../../store/object-tree.js';
import { transact } from '../../store/transact.js';
import { amended, emptyLine, front, isDrained, LineDraft, noted, type Line, type Taken } from './line.js';

/** A {@link FIFO} at one moment. Frozen. */
export interface FifoState<T> extends Line<T> {
  /**
   * For each key whose object is being processed the position that this had. A key is not in here any more when it was deleted, or taken
   * again, since: then the object must not come back.
   */
  readonly hands: ObjectTree<number>;
}

/** An object by its key; undefined: it is deleted. */
export interface FifoStep<T> {
  readonly key: string;
  readonly object: T | undefined;
}

/** Before anything has come. */
export function emptyFifo<T>(): FifoState<T> {
  return amended<FifoState<T>>({ ...emptyLine<T>(), hands: emptyTree() }, {});
}

/** Does the steps in order. */
export function stepped<T>(state: FifoState<T>, steps: readonly FifoStep<T>[], resourceVersion?: Revision): FifoState<T> {
  if (steps.length === 0) return amended(state, { resourceVersion: resourceVersion ?? state.resourceVersion });
  const draft = new LineDraft(state);
  const gone: string[] = [];
  for (const { key, object } of steps) {
    if (object !== undefined) draft.set(key, object);
    else {
      draft.delete(key);
      gone.push(key);
    }
  }
  return amended(state, { ...draft.commit(), ...noted(state, resourceVersion), hands: without(state.hands, gone) });
}

/** Makes `items` all that there is, in their order; of several with one key the last counts, where the first one stands. */
export function replaced<T>(
  state: FifoState<T>,
  items: readonly { readonly key: string; readonly object: T }[],
  resourceVersion?: Revision,
): FifoState<T> {
  const draft = new LineDraft(state);
  for (const [key] of state.entries) draft.delete(key);
  for (const { key, object } of items) draft.set(key, object);
  const parts = draft.commit();
  // While the first list is not taken out, one that takes its place stands for it: else everything could seem taken though nothing was.
  const initialEnd = isDrained(state) ? state.initialEnd : parts.nextPosition;
  return amended(state, { ...parts, ...noted(state, resourceVersion), initialEnd, hands: emptyTree() });
}

/** Puts an object in when there is none of its key. */
export function putIfAbsent<T>(state: FifoState<T>, key: string, object: T): FifoState<T> {
  return state.entries.has(key) ? amended(state, noted(state, undefined)) : stepped(state, [{ key, object }]);
}

/** Takes the first objects out; with `isHeld` they are to be processed, and given back or let go of. */
export function taken<T>(state: FifoState<T>, limit: number, isHeld: boolean): readonly [FifoState<T>, readonly Taken<T>[]] {
  const items = front(state, limit);
  if (items.length === 0) return [state, items];
  const draft = new LineDraft(state);
  for (const { key } of items) draft.delete(key);
  const hands = transact(state.hands, (tree) => {
    for (const { key, position } of items) {
      if (isHeld) tree.set(key, position);
      else tree.delete(key);
    }
  });
  return [amended(state, { ...draft.commit(), hands: hands.after }), items];
}

/** Lets go of an object that was processed. */
export function released<T>(state: FifoState<T>, { key, position }: Taken<T>): FifoState<T> {
  return state.hands.get(key) === position ? amended(state, { hands: without(state.hands, [key]) }) : state;
}

/** Puts an object back that could not be processed, unless its key is queued, or was deleted or taken again meanwhile. */
export function putBack<T>(state: FifoState<T>, held: Taken<T>): FifoState<T> {
  const isCurrent = state.hands.get(held.key) === held.position && !state.entries.has(held.key);
  const free = released(state, held);
  if (!isCurrent) return free;
  const draft = new LineDraft(free);
  draft.set(held.key, held.item);
  return amended(free, draft.commit());
}

function without(hands: ObjectTree<number>, keys: readonly string[]): ObjectTree<number> {
  return transact(hands, (draft) => {
    for (const key of keys) draft.delete(key);
  }).after;
}
