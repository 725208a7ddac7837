/** What each source of external configuration wants: an immutable layer a source, changed by pure functions. */
import { emptyTree, treeOf, type ObjectTree } from '../../store/object-tree.js';
import { transact } from '../../store/transact.js';
import type { KeyValuePairs } from '../key-values.js';
import { pairsOf, snapshotOf, versionOf } from './given.js';
import type { VersionedSnapshot } from './source.js';

/** What one source wants. */
export interface ExternalLayer {
  /** Frozen values by key. */
  readonly values: ObjectTree<unknown>;
  /** Changes with this version or a lower one are in it already. Undefined: its snapshot had no version. */
  readonly version: number | undefined;
  /** The highest version that was taken, of the snapshot or of a change since. Undefined: nothing had one. */
  readonly latest: number | undefined;
}

/** What all sources want: source → layer. Begin with {@link noLayers}. */
export type ExternalLayers = ObjectTree<ExternalLayer>;

/** No source has wanted anything yet. */
export const noLayers: ExternalLayers = emptyTree();

/** What has become of a snapshot. */
export interface LayerReplacement {
  /** The same as before when it was left out. */
  readonly layers: ExternalLayers;
  /** Says that it was left out, and why, for people; undefined when it was taken. */
  readonly note: string | undefined;
}

/** What has become of a change. */
export interface LayerChange extends LayerReplacement {
  /** The keys that were set or deleted, in order; empty when the change was left out. */
  readonly keys: readonly string[];
}

/**
 * The layer of a snapshot. Its values are frozen in place; `null` is nothing.
 *
 * @throws ValidationError naming the key when it is none, or its value no plain data; or when it is no snapshot.
 */
export function layerOf(snapshot: KeyValuePairs | VersionedSnapshot): ExternalLayer {
  const { values, version } = snapshotOf(snapshot);
  const pairs = pairsOf(values).filter(([, value]) => value !== null);
  return Object.freeze({
    values: treeOf(
      pairs.map(([key]) => key),
      pairs.map(([, value]) => value),
    ),
    version,
    latest: version,
  });
}

/**
 * `layers` with everything that `source` wants replaced by its snapshot; the other sources are untouched. One of a lower version than what
 * was taken already is left out: it would undo what came after it. One without a version is always taken, and versions begin anew.
 */
export function withLayer(layers: ExternalLayers, source: string, layer: ExternalLayer): LayerReplacement {
  const latest = layers.get(source)?.latest;
  const isStale = latest !== undefined && layer.version !== undefined && layer.version < latest;
  if (isStale) return { layers, note: noteOfStale('snapshot', source, layer.version, latest) };
  return { layers: replaced(layers, source, layer), note: undefined };
}

/** As {@link withLayer}, from a snapshot. @throws ValidationError as {@link layerOf}. */
export function withSnapshot(
  layers: ExternalLayers,
  source: string,
  snapshot: KeyValuePairs | VersionedSnapshot,
): LayerReplacement {
  return withLayer(layers, source, layerOf(snapshot));
}

/**
 * `layers` with some keys of `source` changed, at a cost of the changes times the logarithm of the layer. A source that has no layer
 * yet begins with an empty one.
 *
 * @param updatedKVs values are frozen in place; `null` deletes the key.
 * @param version of the source when it made the change, where it counts. One that the snapshot includes is not made again, and one that
 *   comes after a later one is left out.
 * @throws ValidationError naming the key when it is none, or its value no plain data; nothing is changed then.
 */
export function withChange(layers: ExternalLayers, source: string, updatedKVs: KeyValuePairs, version?: number): LayerChange {
  const changeVersion = version === undefined ? undefined : versionOf(version);
  const pairs = pairsOf(updatedKVs);
  const { values, version: held, latest } = layers.get(source) ?? nothingWanted;
  if (changeVersion !== undefined && latest !== undefined && (changeVersion < latest || changeVersion === held)) {
    return { layers, keys: [], note: noteOfStale('change', source, changeVersion, latest) };
  }
  const { after } = transact(values, (draft) => {
    for (const [key, value] of pairs) {
      if (value === null) draft.delete(key);
      else draft.set(key, value);
    }
  });
  const layer = Object.freeze({ values: after, version: held, latest: changeVersion ?? latest });
  return { layers: replaced(layers, source, layer), keys: pairs.map(([key]) => key), note: undefined };
}

const nothingWanted: ExternalLayer = Object.freeze({ values: emptyTree<unknown>(), version: undefined, latest: undefined });

function noteOfStale(what: 'change' | 'snapshot', source: string, version: number, taken: number): string {
  return `The ${what} of version ${version} of the source "${source}" was left out: version ${taken} was taken already.`;
}

function replaced(layers: ExternalLayers, source: string, layer: ExternalLayer): ExternalLayers {
  return transact(layers, (draft) => draft.set(source, layer)).after;
}

/** Every key that any source wants, in order. */
export function keysOf(layers: ExternalLayers): readonly string[] {
  const [only, ...others] = layers.values();
  if (only === undefined) return [];
  if (others.length === 0) return only.values.keys();
  return [...new Set(layers.values().flatMap(({ values }) => values.keys()))].toSorted();
}
