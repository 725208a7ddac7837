import type { Key } from './key.js';
import type { KVPair } from './kv-pair.js';
import type { Revision } from './revision.js';

/** What an update says about its key (Calico backend API, UpdateType). */
export const UpdateType = {
  /** Never produced here; part of the vocabulary for those who pass updates on without knowing. */
  Unknown: 'unknown',
  /** The key was not in the picture that you were given. */
  New: 'new',
  /** The key was in the picture with another state. */
  Updated: 'updated',
  /** The key has left the picture. */
  Deleted: 'deleted',
} as const;
export type UpdateType = (typeof UpdateType)[keyof typeof UpdateType];

interface UpdateBase {
  readonly key: Key;
  /** Of the object, or of the deletion where it is known. Absent where the datastore gives none. */
  readonly revision?: Revision;
  /** Identity of the object; with a Deleted, of the one that is gone. */
  readonly uid?: string;
  /** The object of the datastore from which a processor made this one. Absent where they are the same. */
  readonly source?: Key;
}

/** A key that you were not given before, or whose deletion you were given last. */
export interface NewUpdate<V = unknown> extends UpdateBase {
  readonly type: typeof UpdateType.New;
  readonly value: V;
}

/** A key whose state differs from the one you were given. */
export interface UpdatedUpdate<V = unknown> extends UpdateBase {
  readonly type: typeof UpdateType.Updated;
  readonly value: V;
  /** The state you were given before. */
  readonly previous: KVPair<V>;
  /** Another object has taken the place of the one you knew: it was deleted and created again (the uid differs). */
  readonly recreated: boolean;
}

/** A key that has left the picture. */
export interface DeletedUpdate<V = unknown> extends UpdateBase {
  readonly type: typeof UpdateType.Deleted;
  readonly value: null;
  /** The last state you were given. */
  readonly previous: KVPair<V>;
  /** The deletion was inferred from a list, so the object may have changed after `previous` and before it went. */
  readonly finalStateUnknown: boolean;
}

/** A change of the picture. In one batch each key appears at most once, so a batch is a difference between two pictures. */
export type Update<V = unknown> = NewUpdate<V> | UpdatedUpdate<V> | DeletedUpdate<V>;
