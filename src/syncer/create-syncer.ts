import type { ListWatchClient } from '../model/client.js';
import { ValidationError } from '../model/errors.js';
import type { ResourceType } from '../model/resource-type.js';
import type { Syncer, SyncerCallbacks, SyncerOptions } from '../model/syncer.js';
import { MirrorSyncer, type TypeSetup } from './mirror-syncer.js';

/**
 * Builds a syncer: it keeps one picture of several resource types and reports every change of it (Calico watchersyncer, New and
 * NewMultiClient).
 *
 * @param clients the client for all resource types, or several by the `clientId` of the types that use them.
 * @param types what to mirror. Where two of them show the same key, the first is shown.
 * @param callbacks whom to tell. Without any, ask `snapshot()` or iterate over `updates()`.
 * @returns a syncer that has not started.
 * @throws ValidationError when there is no resource type, a `clientId` has no client, or an option is illegal.
 *
 * @example
 * ```ts
 * import { createSyncer } from 'heliostat';
 * import { MemoryDatastore } from 'heliostat/memory';
 *
 * const datastore = new MemoryDatastore();
 * await datastore.create({ key: '/pods/default/web-0', value: { image: 'web:1' } });
 * const syncer = createSyncer(datastore, [{ list: { kind: 'pods' } }], {
 *   onUpdates: (updates) => updates.forEach(({ type, key }) => console.log(type, key)),
 * });
 * syncer.start();
 * await syncer.firstSync; // by now it has printed: new /pods/default/web-0
 * await syncer.stop();
 * ```
 */
export function createSyncer<In = unknown, Out = In>(
  clients: ListWatchClient<In> | Readonly<Record<string, ListWatchClient<In>>>,
  types: readonly ResourceType<In, Out>[],
  callbacks: SyncerCallbacks<Out> = {},
  options: SyncerOptions = {},
): Syncer<Out> {
  const setups = types.flatMap((type): TypeSetup<In, Out>[] => {
    const client = clientOf(clients, type);
    if (client !== undefined) return [{ client, type }];
    if (options.missingClient === 'skip') return [];
    throw new ValidationError(`There is no client for clientId ${JSON.stringify(type.clientId)} of ${JSON.stringify(type.list)}.`, {
      field: 'clientId',
    });
  });
  if (setups.length === 0) {
    throw new ValidationError('A syncer needs at least one resource type that has a client: with none it would wait for ever.', {
      field: 'types',
    });
  }
  return new MirrorSyncer(setups, callbacks, options);
}

function clientOf<In, Out>(
  clients: ListWatchClient<In> | Readonly<Record<string, ListWatchClient<In>>>,
  { clientId = '' }: ResourceType<In, Out>,
): ListWatchClient<In> | undefined {
  if (isClient(clients)) return clientId === '' ? clients : undefined;
  return Object.hasOwn(clients, clientId) ? clients[clientId] : undefined;
}

function isClient<In>(
  clients: ListWatchClient<In> | Readonly<Record<string, ListWatchClient<In>>>,
): clients is ListWatchClient<In> {
  return typeof clients.list === 'function' && typeof clients.watch === 'function';
}
