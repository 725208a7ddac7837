/** `heliostat/memory`: the embedded datastore. */
import type { Client } from './model/client.js';
import type { ResourceType } from './model/resource-type.js';
import type { Syncer, SyncerCallbacks, SyncerOptions } from './model/syncer.js';
import { MemoryBackend } from './datastore/memory/memory-backend.js';
import { createSyncer } from './syncer/create-syncer.js';

export type { HistoryLimits } from './datastore/memory/history.js';
export type { MemoryDatastoreOptions } from './datastore/memory/memory-options.js';
export type { ValueLimits } from './store/plain-data.js';

/**
 * A datastore in the memory of this process: multi-version, with watches, transactions, times to live and compaction. The embedded
 * default, and the reference that other datastores are compared with.
 *
 * @example
 * ```ts
 * import { MemoryDatastore } from 'heliostat/memory';
 * const datastore = new MemoryDatastore();
 * const { revision } = await datastore.create({ key: '/pods/default/web-0', value: { image: 'web:1' } });
 * for await (const events of await datastore.watch({ kind: 'pods' }, { revision })) console.log(events);
 * ```
 */
export class MemoryDatastore<V = unknown> extends MemoryBackend<V> implements Client<V> {
  syncer<Out = V>(types: readonly ResourceType<V, Out>[], callbacks?: SyncerCallbacks<Out>, options?: SyncerOptions): Syncer<Out> {
    return createSyncer(this, types, callbacks, options);
  }
}
