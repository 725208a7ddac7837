import type { KVPair } from '../../model/kv-pair.js';
import type { Key } from '../../model/key.js';
import { MemoryDatastore, type MemoryDatastoreOptions } from '../../memory.js';
import type { TrueChange } from './truth.js';

/** What a write is decided in: see `MemoryDatastore.write`. @internal */
type Context<V> = Parameters<Parameters<MemoryDatastore<V>['write']>[0]>[0];

/** What was written at one revision. */
export interface RecordedWrite<V> {
  readonly revision: string;
  readonly changes: readonly TrueChange<V>[];
  /** Keys whose entries were made unreadable. */
  readonly corrupted: readonly Key[];
}

/** A memory datastore that says what is written to it, as it is decided and before anybody can read it. */
export class RecordedDatastore<V> extends MemoryDatastore<V> {
  private readonly onWrite: (write: RecordedWrite<V>) => void;

  constructor(options: MemoryDatastoreOptions, onWrite: (write: RecordedWrite<V>) => void) {
    super(options);
    this.onWrite = onWrite;
  }

  /** @internal */
  override write<R>(decide: (context: Context<V>) => R): { readonly result: R; readonly revision: string } {
    const changes = new Map<Key, KVPair<V> | undefined>();
    const corrupted: Key[] = [];
    const written = super.write((context) => {
      const { objects, malformed } = context;
      return decide({
        ...context,
        objects: {
          get: (key) => objects.get(key),
          set: (key, pair) => {
            changes.set(key, pair);
            objects.set(key, pair);
          },
          delete: (key) => {
            changes.set(key, undefined);
            return objects.delete(key);
          },
        },
        malformed: {
          get: (key) => malformed.get(key),
          set: (key, error) => {
            corrupted.push(key);
            malformed.set(key, error);
          },
          delete: (key) => {
            changes.set(key, changes.get(key));
            return malformed.delete(key);
          },
        },
      });
    });
    if (changes.size + corrupted.length > 0) this.onWrite({ revision: written.revision, changes: [...changes], corrupted });
    return written;
  }
}
