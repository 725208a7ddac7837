/** What a local copy says, as far as a source has use for it. */
import { ValidationError } from '../../model/errors.js';
import type { Key } from '../../model/key.js';
import { freezePlainData } from '../../store/plain-data.js';
import type { KeyValuePairs } from '../key-values.js';
import type { MirroredState } from './local-mirror.js';
import { isEmptyState, stateOf, type DatastoreState, type Entry } from './picture.js';
import type { ResourceRegistry } from './resource-registry.js';

/** A copy that was read. */
export interface LocalCopy {
  readonly state: DatastoreState;
  readonly isEmpty: boolean;
  readonly storeId: string | undefined;
  /** Entries that belong to nothing that the registry knows: it was another one that made the copy. */
  readonly strangers: number;
}

/** @throws ValidationError when the copy is none, or holds what is no plain data. */
export function localCopyOf(mirrored: MirroredState | undefined, registry: ResourceRegistry): LocalCopy {
  const { kubeState, externalConfig, storeId }: Partial<MirroredState> = mirrored ?? { kubeState: {} };
  if (!isRecord(kubeState) || !(externalConfig === undefined || isRecord(externalConfig))) {
    throw new ValidationError('The local copy has no record kubeState, or an externalConfig that is no record.', {
      field: 'mirror',
    });
  }
  const entries: (readonly [Key, Entry])[] = [];
  let strangers = 0;
  const take = (resource: string | undefined, values: KeyValuePairs): void => {
    for (const [key, value] of Object.entries(values)) {
      const place = registry.placeOf(key);
      if (place === undefined || place.resource !== resource) strangers++;
      else entries.push([key, { place, value: freezePlainData(value) }]);
    }
  };
  for (const [resource, values] of Object.entries(kubeState)) take(resource, values);
  take(undefined, externalConfig ?? {});
  const { externalConfig: external, ...rest } = stateOf(entries, registry);
  // What the copy does not know, it must not say is empty.
  const state = externalConfig === undefined || external === undefined ? rest : { ...rest, externalConfig: external };
  return { state, isEmpty: isEmptyState(state), storeId, strangers };
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
