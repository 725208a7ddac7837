/**
 * Ready-made update processors. All of them are functions of the set of objects: see claims.ts. Where two objects want to be shown at
 * the same key, the one whose own key comes first is shown, unless said otherwise.
 */
import type { Key } from '../../model/key.js';
import type { KVPair } from '../../model/kv-pair.js';
import type { SyncerUpdateProcessor } from '../../model/resource-type.js';
import { claims, firstClaim, type Output } from './claims.js';

/** Shows every object as it is. The same as no processor, for places that want one. */
export function passThrough<V>(): SyncerUpdateProcessor<V> {
  return { process: (change) => [change], onSyncerStarting: () => {} };
}

/** Shows the objects that `predicate` holds for. */
export function filter<V>(predicate: (object: KVPair<V>) => boolean): SyncerUpdateProcessor<V> {
  return claims({ claim: (object: KVPair<V>) => (predicate(object) ? [object] : []), resolve: firstClaim<V> });
}

/** How one object becomes another. */
export interface Mapping<In, Out> {
  /** Where it is shown. Default: at its own key. `null`: nowhere. */
  readonly key?: (object: KVPair<In>) => Key | null;
  /** What is shown. `null`: nothing; every other value, `false`, `0` and `''` too, is shown. */
  readonly value: (object: KVPair<In>) => Out | null;
}

/** Shows one object for each object. When its key changes, the old one is gone. */
export function mapKV<In, Out = In>({ key = ownKey, value }: Mapping<In, Out>): SyncerUpdateProcessor<In, Out> {
  return claims({
    claim: (object: KVPair<In>) => {
      const target = key(object);
      return target === null ? [] : [{ key: target, value: value(object) }];
    },
    resolve: firstClaim<Out>,
  });
}

/** How an object is taken apart. */
export interface Explosion<In, Out> {
  /** The parts by name. A part that is absent or `null` is not shown. */
  readonly fields: (object: KVPair<In>) => Readonly<Record<string, Out | null | undefined>>;
  /** Where a part is shown. */
  readonly key: (object: KVPair<In>, field: string) => Key;
}

/** Shows each part of an object by itself, as Calico does with its configuration resources. */
export function explodeFields<In, Out>({ fields, key }: Explosion<In, Out>): SyncerUpdateProcessor<In, Out> {
  return claims({
    claim: (object: KVPair<In>) => {
      const parts = Object.entries(fields(object));
      return parts.map(([field, value]): Output<Out> => ({ key: key(object, field), value: value ?? null }));
    },
    resolve: firstClaim<Out>,
  });
}

/**
 * Shows each object at a key made of its value; of several that claim the same key, the one whose own key comes first. When that one
 * goes or claims another key, the next one is shown (Calico's conflict-resolving cache, for IP pools by their range).
 */
export function claimByKey<V>(key: (object: KVPair<V>) => Key | null): SyncerUpdateProcessor<V> {
  return mapKV({ key, value: ({ value }) => value });
}

/**
 * Shows any number of objects for each object. A key that several want shown is shown as long as one of them does, so that what moves
 * from one object to another never flickers, in whatever order the two are changed.
 */
export function refCountedOutputs<In, Out>(
  outputs: (object: KVPair<In>) => readonly Output<Out>[],
): SyncerUpdateProcessor<In, Out> {
  return claims({ claim: outputs, resolve: firstClaim<Out> });
}

/** How objects are laid over each other. */
export interface Overlay<In, Out> {
  /** What the object is a layer of: objects with the same target are laid over each other. `null`: of nothing. */
  readonly target: (object: KVPair<In>) => Key | null;
  /** Which layer it is: higher ones lie over lower ones; among equals, the object whose own key comes first lies over the others. */
  readonly layer: (object: KVPair<In>) => number;
  /** Lays the values over each other, the lowest first. */
  readonly merge: (values: readonly In[]) => Out;
}

/**
 * Shows objects laid over each other: defaults and what overrides them.
 *
 * @example
 * ```ts
 * import { overlay } from 'heliostat';
 * type Config = { node?: string; values: Record<string, string> };
 * // What is said for one node lies over what is said for all of them.
 * const config = overlay<Config, Record<string, string>>({
 *   target: ({ value }) => `/effective/${value.node ?? 'default'}`,
 *   layer: ({ value }) => (value.node === undefined ? 0 : 1),
 *   merge: (layers) => Object.assign({}, ...layers.map(({ values }) => values)),
 * });
 * ```
 */
export function overlay<In, Out>({ target, layer, merge }: Overlay<In, Out>): SyncerUpdateProcessor<In, Out> {
  return claims({
    claim: (object: KVPair<In>) => {
      const key = target(object);
      return key === null ? [] : [{ key, value: { layer: layer(object), value: object.value } }];
    },
    resolve: (layers) => {
      const [top, ...below] = layers.toSorted((a, b) => b.value.layer - a.value.layer || (a.source < b.source ? -1 : 1));
      const values = [...below.toReversed(), top].flatMap((claim) => (claim === undefined ? [] : [claim.value.value]));
      return { ...(top ?? layers[0]), value: merge(values) };
    },
  });
}

function ownKey<V>({ key }: KVPair<V>): Key {
  return key;
}
