/**
 * What a {@link DeltaFIFO} does, as pure functions from one state to the next: everything that happened to each key, in the order in which
 * the keys came, and what was handed out, without which a list could not tell what is gone.
 */
import type { Revision } from '../../model/revision.js';
import type { ObjectTree } from '../../store/object-tree.js';
import { DeletedFinalStateUnknown } from '../keys.js';
import { DeltaType, objectIn, type Delta, type Deltas } from './delta.js';
import {
  deletionsOf,
  departedOf,
  handedOut,
  handsWithout,
  isInHand,
  isLastHandedOut,
  nothingHandedOut,
  type HandedOut,
} from './handed-out.js';
import { amended, emptyLine, front, LineDraft, noted, type Line, type Taken } from './line.js';
import { beginning, pendingOf, type Pending } from './pending.js';

/** A {@link DeltaFIFO} at one moment. Frozen. */
export interface DeltaQueueState<T> extends Line<Pending<T>>, HandedOut<T> {}

/** What the consumer of a queue knows, besides what was handed out to it. */
export interface Known<T> {
  keys(): readonly string[];
  has(key: string): boolean;
  /** Undefined when there is nothing, or nobody can tell. */
  get(key: string): T | undefined;
}

/** What one queue decides in its own way. */
export interface DeltaPolicy<T> {
  readonly known: Known<T>;
  readonly relistDelta: 'Sync' | 'Replaced';
  /** What is left of the deltas of a key; none: the key leaves the queue. Undefined: nothing is redundant. */
  readonly compress: ((key: string, deltas: Deltas<T>) => Deltas<T>) | undefined;
}

/** One thing that has happened. A deletion may know the object in a tombstone, or not at all. */
export interface DeltaStep<T> {
  readonly key: string;
  readonly delta: Delta<T>;
}

/** Before anything has come. */
export function emptyDeltaQueue<T>(): DeltaQueueState<T> {
  return amended<DeltaQueueState<T>>({ ...emptyLine<Pending<T>>(), ...nothingHandedOut<T>() }, {});
}

/** Appends the steps in order. The deletion of what nobody has heard of is none. */
export function stepped<T>(
  state: DeltaQueueState<T>,
  steps: readonly DeltaStep<T>[],
  policy: DeltaPolicy<T>,
  resourceVersion?: Revision,
): DeltaQueueState<T> {
  if (steps.length === 0) return amended(state, { resourceVersion: resourceVersion ?? state.resourceVersion });
  const draft = new LineDraft(state);
  for (const { key, delta } of steps) {
    if (delta.type !== DeltaType.Deleted) append(draft, policy, key, delta);
    else if (draft.get(key) !== undefined || state.delivered.has(key) || policy.known.has(key)) {
      const object = objectIn(delta) === undefined ? tombstone(draft, state, policy, key) : delta.object;
      append(draft, policy, key, { type: DeltaType.Deleted, object });
    }
  }
  return amended(state, { ...draft.commit(), ...noted(state, resourceVersion) });
}

/**
 * A list has come: one delta for each of its items, whatever is queued, since a deletion may be waiting there; then a tombstone for each key
 * that is queued or known and not in the list, in key order, unless its deletion is waiting already, or being processed.
 */
export function replaced<T>(
  state: DeltaQueueState<T>,
  items: readonly { readonly key: string; readonly object: T }[],
  policy: DeltaPolicy<T>,
  resourceVersion?: Revision,
): DeltaQueueState<T> {
  const draft = new LineDraft(state);
  const listed = new Set<string>();
  for (const { key, object } of items) {
    listed.add(key);
    append(draft, policy, key, { type: policy.relistDelta, object });
  }
  const known = policy.known.keys();
  const mentioned = [state.entries, state.delivered].flatMap((tree: ObjectTree<unknown>) => Array.from(tree, ([key]) => key));
  const missing = new Set([...mentioned, ...known].filter((key) => !listed.has(key)));
  for (const key of [...missing].toSorted()) {
    const queued = draft.get(key);
    const isLeaving = queued === undefined && !state.delivered.has(key) && state.hands.has(key);
    if (isLeaving || queued?.endsDeleted === true) continue;
    append(draft, policy, key, { type: DeltaType.Deleted, object: tombstone(draft, state, policy, key) });
  }
  const parts = draft.commit();
  return amended(state, {
    ...parts,
    ...noted(state, resourceVersion),
    initialEnd: state.initialEnd ?? parts.nextPosition,
    ...departedOf(state, known),
  });
}

/** Hands out what is known once more, in key order: what has nothing queued, and of which no deletion was handed out. */
export function resynced<T>(state: DeltaQueueState<T>, policy: DeltaPolicy<T>): DeltaQueueState<T> {
  const draft = new LineDraft(state);
  const known = policy.known.keys();
  for (const key of [...new Set([...Array.from(state.delivered, ([delivered]) => delivered), ...known])].toSorted()) {
    if (state.entries.has(key)) continue;
    // What was handed out is newer than what is known, which waits for whoever took it; and what departed must not come back.
    const object = deliveredObject(state, key) ?? (state.departed.has(key) ? undefined : policy.known.get(key));
    if (object !== undefined) append(draft, policy, key, { type: DeltaType.Sync, object });
  }
  return amended(state, { ...draft.commit(), ...departedOf(state, known) });
}

/** Forgets the departed that the known objects do not list any more. */
export function tidied<T>(state: DeltaQueueState<T>, known: readonly string[]): DeltaQueueState<T> {
  return amended(state, departedOf(state, known));
}

/** Forgets the deletions that nobody has any more. */
export function swept<T>(state: DeltaQueueState<T>): DeltaQueueState<T> {
  return amended(state, deletionsOf(state));
}

/** Takes the first items out; see {@link handedOut}. */
export function taken<T>(
  state: DeltaQueueState<T>,
  limit: number,
  how: { readonly hasKnown: boolean; readonly isHeld: boolean },
): readonly [DeltaQueueState<T>, readonly Taken<Deltas<T>>[]] {
  const items = front(state, limit);
  if (items.length === 0) return [state, []];
  const draft = new LineDraft(state);
  for (const { key } of items) draft.delete(key);
  const after = amended(state, { ...draft.commit(), ...handedOut(state, items, how) });
  return [after, items.map(({ key, position, isInitial, item }) => ({ key, position, isInitial, item: item.deltas }))];
}

/** Lets go of deltas that were processed. */
export function released<T>(state: DeltaQueueState<T>, held: Pick<Taken<Deltas<T>>, 'key' | 'position'>): DeltaQueueState<T> {
  return isInHand(state, held) ? amended(state, handsWithout(state, held.key)) : state;
}

/**
 * Puts deltas back that could not be processed: in front of those that are queued, which keep their place, or behind all other keys. Not
 * when something newer was taken, which may be done already.
 */
export function putBack<T>(state: DeltaQueueState<T>, held: Taken<Deltas<T>>, policy: DeltaPolicy<T>): DeltaQueueState<T> {
  if (!isInHand(state, held)) return state;
  const draft = new LineDraft(state);
  const since = draft.get(held.key)?.deltas ?? [];
  const all = since.reduce((pending, delta) => pending?.with(delta), pendingOf<T>(held.item));
  put(draft, held.key, since.length === 0 || all === undefined ? all : compressedBy(policy, held.key, all));
  return amended(state, { ...draft.commit(), ...handsWithout(state, held.key) });
}

/**
 * Puts deltas back behind all others, unless their key is queued or something newer was taken.
 *
 * @param newest how they ended when they were taken.
 */
export function putIfAbsent<T>(state: DeltaQueueState<T>, key: string, deltas: Deltas<T>, newest: Delta<T>): DeltaQueueState<T> {
  if (state.entries.has(key) || !isLastHandedOut(state, key, newest)) return state;
  const draft = new LineDraft(state);
  put(draft, key, pendingOf(deltas));
  return amended(state, { ...draft.commit(), ...handsWithout(state, key) });
}

function append<T>(draft: LineDraft<Pending<T>>, policy: DeltaPolicy<T>, key: string, delta: Delta<NoInfer<T>>): void {
  const before = draft.get(key);
  const after = before === undefined ? beginning<T>(delta) : before.with(delta);
  if (after === before) return; // it was known already
  put(draft, key, compressedBy(policy, key, after));
}

function put<T>(draft: LineDraft<Pending<T>>, key: string, pending: Pending<T> | undefined): void {
  if (pending === undefined) draft.delete(key);
  else draft.set(key, pending);
}

function compressedBy<T>({ compress }: DeltaPolicy<T>, key: string, pending: Pending<T>): Pending<T> | undefined {
  if (compress === undefined) return pending;
  const left = compress(key, pending.deltas);
  return left === pending.deltas ? pending : pendingOf(left);
}

/** The tombstone of a key, with the newest of its object that is known: queued, handed out, or held by the consumer. */
function tombstone<T>(
  draft: LineDraft<Pending<T>>,
  state: DeltaQueueState<T>,
  { known }: DeltaPolicy<T>,
  key: string,
): DeletedFinalStateUnknown<T> {
  const queued = draft.get(key)?.newest;
  const object = (queued === undefined ? undefined : objectIn(queued)) ?? deliveredObject(state, key) ?? known.get(key);
  return new DeletedFinalStateUnknown(key, object);
}

function deliveredObject<T>({ delivered }: DeltaQueueState<T>, key: string): T | undefined {
  const newest = delivered.get(key);
  return newest === undefined ? undefined : objectIn(newest);
}
