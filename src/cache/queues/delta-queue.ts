/**
 * What a {@link DeltaFIFO} does, as pure functions from one state to the next: everything that happened to each key, in the order in which
 * the keys came, and what was handed out, without which a list could not tell what is gone.
 */
import type { Revision } from '../../model/revision.js';
import { emptyTree, type ObjectTree } from '../../store/object-tree.js';
import { transact } from '../../store/transact.js';
import { DeletedFinalStateUnknown } from '../keys.js';
import { appended, DeltaType, endsDeleted, newestDelta, objectIn, type Delta, type Deltas } from './delta.js';
import { amended, emptyLine, front, LineDraft, noted, type Line, type Taken } from './line.js';

/** A {@link DeltaFIFO} at one moment. Frozen. */
export interface DeltaQueueState<T> extends Line<Deltas<T>> {
  /** For each key the newest object that was handed out, unless its deletion was handed out after it. */
  readonly delivered: ObjectTree<T>;
  /** The keys whose deletion was handed out, as far as the known objects may still list them: whoever took it may not have got to it yet. */
  readonly departed: ObjectTree<true>;
  /** The keys whose deletion is being processed, and will be put back if that fails: a list has nothing to add. By the place it had. */
  readonly leaving: ObjectTree<number>;
}

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
  /** What is left of the deltas of a key; none: the key leaves the queue. */
  compress(key: string, deltas: Deltas<T>): Deltas<T>;
}

/** One thing that has happened. A deletion may know the object in a tombstone, or not at all. */
export interface DeltaStep<T> {
  readonly key: string;
  readonly delta: Delta<T>;
}

/** Before anything has come. */
export function emptyDeltaQueue<T>(): DeltaQueueState<T> {
  return amended<DeltaQueueState<T>>(
    { ...emptyLine<Deltas<T>>(), delivered: emptyTree(), departed: emptyTree(), leaving: emptyTree() },
    {},
  );
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
    const isLeaving = queued === undefined && !state.delivered.has(key) && state.leaving.has(key);
    if (isLeaving || endsDeleted(queued ?? [])) continue;
    append(draft, policy, key, { type: DeltaType.Deleted, object: tombstone(draft, state, policy, key) });
  }
  const parts = draft.commit();
  return amended(state, {
    ...parts,
    ...noted(state, resourceVersion),
    initialEnd: state.initialEnd ?? parts.nextPosition,
    departed: onlyThose(state.departed, known),
  });
}

/** Hands out what is known once more, in key order: what has nothing queued, and of which no deletion was handed out. */
export function resynced<T>(state: DeltaQueueState<T>, policy: DeltaPolicy<T>): DeltaQueueState<T> {
  const draft = new LineDraft(state);
  const known = policy.known.keys();
  for (const key of [...new Set([...Array.from(state.delivered, ([delivered]) => delivered), ...known])].toSorted()) {
    if (state.entries.has(key)) continue;
    // What was handed out is newer than what is known, which waits for whoever took it; and what departed must not come back.
    const object = state.delivered.get(key) ?? (state.departed.has(key) ? undefined : policy.known.get(key));
    if (object !== undefined) append(draft, policy, key, { type: DeltaType.Sync, object });
  }
  return amended(state, { ...draft.commit(), departed: onlyThose(state.departed, known) });
}

/** Forgets the departed that the known objects do not list any more. */
export function tidied<T>(state: DeltaQueueState<T>, known: readonly string[]): DeltaQueueState<T> {
  return amended(state, { departed: onlyThose(state.departed, known) });
}

/**
 * Takes the first items out; with `isHeld` they are to be processed, and given back or let go of. With `hasKnown` somebody else keeps
 * objects, too, and may be late with deletions.
 */
export function taken<T>(
  state: DeltaQueueState<T>,
  limit: number,
  { hasKnown, isHeld }: { readonly hasKnown: boolean; readonly isHeld: boolean },
): readonly [DeltaQueueState<T>, readonly Taken<Deltas<T>>[]] {
  const items = front(state, limit);
  if (items.length === 0) return [state, items];
  const draft = new LineDraft(state);
  for (const { key } of items) draft.delete(key);
  const delivered = transact(state.delivered, (tree) => {
    for (const { key, item } of items) {
      const object = endingOf(item);
      if (object === undefined) tree.delete(key);
      else tree.set(key, object);
    }
  });
  const departed = transact(state.departed, (tree) => {
    for (const { key, item } of items) {
      if (hasKnown && endsDeleted(item)) tree.set(key, true);
      else tree.delete(key);
    }
  });
  const leaving = transact(state.leaving, (tree) => {
    for (const { key, item, position } of items) {
      if (isHeld && endsDeleted(item)) tree.set(key, position);
      else tree.delete(key);
    }
  });
  const parts = { delivered: delivered.after, departed: departed.after, leaving: leaving.after };
  return [amended(state, { ...draft.commit(), ...parts }), items];
}

/** Lets go of deltas that were processed. */
export function released<T>(
  state: DeltaQueueState<T>,
  { key, position }: Pick<Taken<Deltas<T>>, 'key' | 'position'>,
): DeltaQueueState<T> {
  if (state.leaving.get(key) !== position) return state;
  return amended(state, { leaving: transact(state.leaving, (tree) => tree.delete(key)).after });
}

/**
 * Puts deltas back that were taken, behind all others, unless the key is queued or something newer was taken: what was handed out last
 * must be how they end.
 */
export function putBack<T>(state: DeltaQueueState<T>, key: string, deltas: Deltas<T>): DeltaQueueState<T> {
  if (state.entries.has(key) || endingOf(deltas) !== state.delivered.get(key)) return state;
  const draft = new LineDraft(state);
  draft.set(key, deltas);
  return amended(state, draft.commit());
}

/** The object that deltas end with; undefined when they end with its deletion. */
function endingOf<T>(deltas: Deltas<T>): T | undefined {
  const newest = newestDelta(deltas);
  return newest === undefined || newest.type === DeltaType.Deleted ? undefined : newest.object;
}

function append<T>(draft: LineDraft<Deltas<T>>, policy: DeltaPolicy<T>, key: string, delta: Delta<T>): void {
  const before = draft.get(key) ?? [];
  const after = appended(before, delta);
  if (after === before) return; // it was known already
  const deltas = policy.compress(key, after);
  if (deltas.length === 0) draft.delete(key);
  else draft.set(key, deltas);
}

/** The tombstone of a key, with the newest of its object that is known: queued, handed out, or held by the consumer. */
function tombstone<T>(
  draft: LineDraft<Deltas<T>>,
  state: DeltaQueueState<T>,
  { known }: DeltaPolicy<T>,
  key: string,
): DeletedFinalStateUnknown<T> {
  const queued = newestDelta(draft.get(key) ?? []);
  const object = (queued === undefined ? undefined : objectIn(queued)) ?? state.delivered.get(key) ?? known.get(key);
  return new DeletedFinalStateUnknown(key, object);
}

function onlyThose(departed: ObjectTree<true>, keys: readonly string[]): ObjectTree<true> {
  if (departed.size === 0) return departed;
  const listed = new Set(keys);
  return transact(departed, (draft) => {
    for (const [key] of departed) if (!listed.has(key)) draft.delete(key);
  }).after;
}
