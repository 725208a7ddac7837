/** `heliostat/directory`: a folder of manifests. */
import type { Client } from './model/client.js';
import type { ResourceType } from './model/resource-type.js';
import type { Syncer, SyncerCallbacks, SyncerOptions } from './model/syncer.js';
import { DirectoryBackend } from './datastore/directory/directory-backend.js';
import { createSyncer } from './syncer/create-syncer.js';

export type { FileState, Folder, FolderEntry, FolderWatch, Watched } from './datastore/directory/folder.js';
export type { DirectoryDatastoreOptions } from './datastore/directory/options.js';

/**
 * A folder of YAML and JSON manifests as a live datastore that is read and never written. Objects have the key
 * `/resource/namespace/name`, such as `/pods/default/web-0` and `/deployments.apps/default/web`, and the manifest as value.
 *
 * A file that cannot be read is reported with its path, line and column and keeps its last good objects; the others are not concerned,
 * nor are the good documents beside a bad one. Two documents that declare the same object are reported, and the first counts.
 *
 * @example
 * ```ts
 * import { DirectoryDatastore } from 'heliostat/directory';
 * const datastore = new DirectoryDatastore({ path: './manifests' });
 * const { items, revision = '' } = await datastore.list({ kind: 'pods' });
 * for (const problem of datastore.problems()) console.error(problem.message);
 * for await (const events of await datastore.watch({ kind: 'pods' }, { revision })) console.log(events);
 * ```
 */
export class DirectoryDatastore<V = unknown> extends DirectoryBackend<V> implements Client<V> {
  syncer<Out = V>(types: readonly ResourceType<V, Out>[], callbacks?: SyncerCallbacks<Out>, options?: SyncerOptions): Syncer<Out> {
    return createSyncer(this, types, callbacks, options);
  }
}
