/**
 * The picture: what a syncer shows, put together from what its resource types show.
 *
 * Each key has one owner at a time. Where several resource types show a key, the first of them in the list of types is shown; when it
 * ceases to, the next one is.
 */
import type { Key } from '../model/key.js';
import type { KVPair } from '../model/kv-pair.js';
import { emptyTree, type Change, type ObjectTree } from '../store/object-tree.js';
import { amend } from '../store/root.js';
import { transact, type TreeDraft } from '../store/transact.js';

/** Everything that is shown, and who shows it. Immutable. */
export interface Picture<V> {
  /** What each resource type shows. */
  readonly outputs: readonly ObjectTree<KVPair<V>>[];
  readonly shown: ObjectTree<KVPair<V>>;
  /** Keys that more than one resource type has shown. */
  readonly contested: ObjectTree<true>;
}

/** A key that two resource types show, by their index. */
interface Collision {
  readonly key: Key;
  readonly shown: number;
  readonly hidden: number;
}

/** What happened to the picture when a resource type changed. */
export interface PictureCommit<V> {
  readonly after: Picture<V>;
  readonly changes: readonly Change<KVPair<V>>[];
  /** Only those that this change has brought about. */
  readonly collisions: readonly Collision[];
}

export function emptyPicture<V>(types: number): Picture<V> {
  const nothing = emptyTree<KVPair<V>>();
  return Object.freeze({ outputs: Array.from({ length: types }, () => nothing), shown: nothing, contested: emptyTree<true>() });
}

/** Takes in that resource type `index` shows `outputs` now, which differs from before by `changes`. */
export function show<V>(
  picture: Picture<V>,
  index: number,
  outputs: ObjectTree<KVPair<V>>,
  changes: readonly Change<KVPair<V>>[],
): PictureCommit<V> {
  const all = picture.outputs.with(index, outputs);
  // With one resource type the picture is what that shows, at no extra cost.
  if (all.length === 1) return { after: replace(picture, { outputs: all, shown: outputs }), changes, collisions: [] };
  const collisions: Collision[] = [];
  const shown = transact(picture.shown, (draft) => {
    for (const { key, before, after } of changes) {
      const isOursAlone = draft.get(key) === before && !picture.contested.has(key);
      if (isOursAlone) {
        put(draft, key, after);
        continue;
      }
      const [owner, next] = ownersOf(key, all);
      put(draft, key, owner === undefined ? undefined : all[owner]?.get(key));
      if (before !== undefined || owner === undefined || next === undefined) continue;
      collisions.push({ key, shown: owner, hidden: owner === index ? next : index });
    }
  });
  const contested = transact(picture.contested, (draft) => {
    for (const { key } of collisions) draft.set(key, true);
  });
  const after = replace(picture, { outputs: all, shown: shown.after, contested: contested.after });
  return { after, changes: shown.changes, collisions };
}

/** The resource types that show `key`, in the order of their precedence. */
function ownersOf<V>(key: Key, outputs: readonly ObjectTree<KVPair<V>>[]): readonly number[] {
  return outputs.flatMap((tree, index) => (tree.has(key) ? [index] : []));
}

function put<V>(draft: TreeDraft<KVPair<V>>, key: Key, value: KVPair<V> | undefined): void {
  if (value === undefined) draft.delete(key);
  else draft.set(key, value);
}

function replace<V>(picture: Picture<V>, parts: Partial<Picture<V>>): Picture<V> {
  return amend(picture, (draft) => void Object.assign(draft, parts));
}
