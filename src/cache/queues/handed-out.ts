/**
 * What a {@link DeltaFIFO} remembers of what it has handed out. Without that a list could not tell what is gone, and nobody could tell
 * whether what is given back is out of date.
 */
import { emptyTree, type ObjectTree } from '../../store/object-tree.js';
import { transact } from '../../store/transact.js';
import type { Delta, Deltas } from './delta.js';
import type { Taken } from './line.js';
import type { Pending } from './pending.js';

/** What was handed out. Frozen. A key is in `delivered` or in `deletions`, by how the deltas ended that were taken of it last. */
export interface HandedOut<T> {
  /** For each key the newest delta that was handed out, unless it was a deletion. */
  readonly delivered: ObjectTree<Delta<T>>;
  /** The deletions that were handed out last, as far as somebody still has them: others nobody could give back. */
  readonly deletions: ObjectTree<WeakRef<Delta<T>>>;
  /** The keys whose deletion was handed out, as far as the known objects may still list them: whoever took it may not have got to it yet. */
  readonly departed: ObjectTree<true>;
  /** For each key of which the last was taken to be processed, and will be put back if that fails, the position that it had. */
  readonly hands: ObjectTree<number>;
}

/** Before anything was handed out. */
export function nothingHandedOut<T>(): HandedOut<T> {
  return { delivered: emptyTree(), deletions: emptyTree(), departed: emptyTree(), hands: emptyTree() };
}

/**
 * Remembers what is being handed out; with `isHeld` it is to be processed. With `hasKnown` somebody else keeps objects, too, and may be
 * late with deletions.
 */
export function handedOut<T>(
  before: HandedOut<T>,
  items: readonly Taken<Pending<T>>[],
  { hasKnown, isHeld }: { readonly hasKnown: boolean; readonly isHeld: boolean },
): HandedOut<T> {
  const each = <V>(tree: ObjectTree<V>, valueOf: (item: Taken<Pending<T>>) => V | undefined): ObjectTree<V> =>
    transact(tree, (draft) => {
      for (const item of items) {
        const value = valueOf(item);
        if (value === undefined) draft.delete(item.key);
        else draft.set(item.key, value);
      }
    }).after;
  return {
    delivered: each(before.delivered, ({ item }) => (item.endsDeleted ? undefined : item.newest)),
    deletions: each(before.deletions, ({ item }) => (item.endsDeleted ? new WeakRef(item.newest) : undefined)),
    departed: each(before.departed, ({ item }) => (hasKnown && item.endsDeleted ? true : undefined)),
    hands: each(before.hands, ({ position }) => (isHeld ? position : undefined)),
  };
}

/** Whether nothing newer of the key was handed out than the deltas that end with `newest`. */
export function isLastHandedOut<T>({ delivered, deletions }: HandedOut<T>, key: string, newest: Delta<T>): boolean {
  return (delivered.get(key) ?? deletions.get(key)?.deref()) === newest;
}

/** Whether this was taken to be processed, and nothing of its key was taken, or given back by other means, since. */
export function isInHand<T>({ hands }: HandedOut<T>, { key, position }: Pick<Taken<Deltas<T>>, 'key' | 'position'>): boolean {
  return hands.get(key) === position;
}

/** Nobody has the deltas of this key in hand any more. */
export function handsWithout<T>({ hands }: HandedOut<T>, key: string): Pick<HandedOut<T>, 'hands'> {
  return { hands: transact(hands, (draft) => draft.delete(key)).after };
}

/** The departed that are still listed. */
export function departedOf<T>({ departed }: HandedOut<T>, keys: readonly string[]): Pick<HandedOut<T>, 'departed'> {
  if (departed.size === 0) return { departed };
  const listed = new Set(keys);
  return { departed: only(departed, (key) => listed.has(key)) };
}

/** The deletions that somebody still has. */
export function deletionsOf<T>({ deletions }: HandedOut<T>): Pick<HandedOut<T>, 'deletions'> {
  return { deletions: only(deletions, (_, deletion) => deletion.deref() !== undefined) };
}

function only<V>(tree: ObjectTree<V>, isKept: (key: string, value: V) => boolean): ObjectTree<V> {
  return transact(tree, (draft) => {
    for (const [key, value] of tree) if (!isKept(key, value)) draft.delete(key);
  }).after;
}
