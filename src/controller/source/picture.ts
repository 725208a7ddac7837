/** What a DatastoreSource holds of its datastore, and what is told of it. */
import type { Key } from '../../model/key.js';
import type { ObjectTree } from '../../store/object-tree.js';
import { recordOf, type KeyValuePairs, type KubeStateData } from '../key-values.js';
import type { Place, ResourceRegistry } from './resource-registry.js';

/** One object, decoded and frozen. */
export interface Entry {
  readonly place: Place;
  readonly value: unknown;
}

/** Entries by the key that the datastore has them under. */
export type Picture = ObjectTree<Entry>;

/** A state of a datastore, as it is told and as it is kept on disk. Frozen. */
export interface DatastoreState {
  /** Resource → the whole key of the datastore → value. Every registered resource is there. */
  readonly kubeState: KubeStateData;
  /** Key → value; absent where none is configured. */
  readonly externalConfig?: KeyValuePairs;
}

/** Everything in `picture`, sorted. In key order, every resource of `registry` being there. */
export function stateOf(picture: Iterable<readonly [Key, Entry]>, registry: ResourceRegistry): DatastoreState {
  const kubeState = recordOf(registry.resources.map((name) => [name, recordOf<unknown>([])] as const));
  const externalConfig = recordOf<unknown>([]);
  for (const [key, { place, value }] of picture) {
    const values = place.resource === undefined ? externalConfig : kubeState[place.resource];
    if (values !== undefined) values[key] = value;
  }
  for (const values of Object.values(kubeState)) Object.freeze(values);
  Object.freeze(kubeState);
  return registry.hasExternalConfig ? { kubeState, externalConfig: Object.freeze(externalConfig) } : { kubeState };
}

/** Whether there is anything in `state`. */
export function isEmptyState({ kubeState, externalConfig = {} }: DatastoreState): boolean {
  return [...Object.values(kubeState), externalConfig].every((values) => Object.keys(values).length === 0);
}
