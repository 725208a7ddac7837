/** Where external configuration comes from: configuration that no handler makes, merged over what handlers want. */
import type { KeyValuePairs } from '../key-values.js';

/**
 * A snapshot that says which changes it contains. Versions of a source never go back: a snapshot, or a change, of a lower version than what
 * was taken already is left out, and the record of its event says so. After a snapshot without a version they begin anew.
 */
export interface VersionedSnapshot {
  readonly values: KeyValuePairs;
  /** Changes of this source with this version or a lower one are in the snapshot, and are not taken again. */
  readonly version: number;
}

/** A source of external configuration beside the datastore (Contiv controller, ExternalConfigSource). */
export interface ExternalConfigSource {
  /** Unique; events name it as their `source`. `db` is the datastore's own. */
  readonly name: string;
  /**
   * Everything this source wants, now. It is asked at every DBResync. One that throws keeps what it wanted before, and is reported. The
   * values are frozen in place and belong to the controller from now on; `null` is nothing.
   *
   * @param options.signal aborts when the answer is of no interest any more.
   */
  getConfigSnapshot(options: {
    readonly signal: AbortSignal;
  }): KeyValuePairs | VersionedSnapshot | Promise<KeyValuePairs | VersionedSnapshot>;
}

/** The name of the datastore as a source of external configuration. */
export const datastoreSource = 'db';
