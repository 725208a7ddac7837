import { createIndexer } from '../keyed-store.js';
import { metaNamespaceIndexFunc, metaNamespaceKeyFunc } from '../keys.js';
import type { Indexer, StoreOptions } from '../store.js';
import type { ListerWatcher } from './lister-watcher.js';
import type { ReflectorOptions } from './options.js';
import { Reflector } from './reflector.js';

/** An indexer, and the reflector that fills it. */
export interface IndexerAndReflector<T> {
  /** Its keys are those of `metaNamespaceKeyFunc`; it has the index `namespace`. */
  readonly indexer: Indexer<T>;
  /** Not running yet. */
  readonly reflector: Reflector<T>;
}

/** How the two are set up. `logger` is for both. */
export interface IndexerAndReflectorOptions<T> extends Omit<ReflectorOptions<T>, 'listerWatcher' | 'store'>, StoreOptions {}

/**
 * Creates an indexer by namespace and a reflector that fills it once it runs (client-go, cache.NewNamespaceKeyedIndexerAndReflector).
 *
 * @throws ValidationError when an option is illegal.
 * @example
 * ```ts
 * import { createListWatchFromClient, createNamespaceKeyedIndexerAndReflector } from 'heliostat/cache';
 * import { MemoryDatastore } from 'heliostat/memory';
 * const datastore = new MemoryDatastore();
 * await datastore.create({ key: '/pods/default/web-0', value: { metadata: { namespace: 'default', name: 'web-0' } } });
 * const { indexer, reflector } = createNamespaceKeyedIndexerAndReflector(createListWatchFromClient(datastore, 'pods'));
 * const stop = new AbortController();
 * const running = reflector.run({ signal: stop.signal });
 * await reflector.firstSync;
 * console.log(indexer.indexKeys('namespace', 'default')); // [ 'default/web-0' ]
 * stop.abort();
 * await running;
 * ```
 */
export function createNamespaceKeyedIndexerAndReflector<T>(
  listerWatcher: ListerWatcher<T>,
  options: IndexerAndReflectorOptions<T> = {},
): IndexerAndReflector<T> {
  const { logger, immutableValues, onIndexError } = options;
  const storeOptions = { logger, immutableValues, onIndexError };
  const indexer = createIndexer<T>(metaNamespaceKeyFunc, { namespace: metaNamespaceIndexFunc }, storeOptions);
  return { indexer, reflector: new Reflector({ ...options, listerWatcher, store: indexer }) };
}
