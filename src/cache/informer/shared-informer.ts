/** The informer that one reflector fills (client-go, cache.SharedIndexInformer). */
import { metaNamespaceKeyFunc } from '../keys.js';
import { Reflector, type ReflectorReport } from '../reflector/reflector.js';
import type { ReflectorOptions } from '../reflector/options.js';
import { defaultStoreKey } from '../reflector/store-key.js';
import { Informer } from './informer.js';
import type { InformerOptions, InformerReport } from './options.js';

/**
 * How a shared informer is set up: as an informer, and as the reflector that fills it. Times are in milliseconds. With a `keyFunc` of
 * your own it remembers which key each object has here, so that it finds those that are gone or cannot be read; a `toStoreKey` that
 * agrees with it saves the memory.
 */
export interface SharedInformerOptions<T>
  extends InformerOptions<T>, Omit<ReflectorOptions<T>, 'store' | 'onError' | 'resyncPeriod'> {}

/** How a shared informer is doing. */
export interface SharedInformerReport extends InformerReport {
  readonly reflector: ReflectorReport;
}

/**
 * One list and one watch, one store with indices, and any number of handlers that are told what changes.
 *
 * Every handler is told everything in its own time: one that is slow, throws or never returns costs nobody else anything. A handler
 * that comes later is told what there is first. What is told, and what is read from `indexer`, is frozen.
 *
 * @throws ValidationError when an option is missing or illegal; it names the option.
 * @example
 * ```ts
 * import { createListWatchFromClient, SharedInformer } from 'heliostat/cache';
 * import { MemoryDatastore } from 'heliostat/memory';
 *
 * interface Pod {
 *   readonly metadata: { readonly name: string; readonly namespace: string };
 *   readonly node: string;
 * }
 * const datastore = new MemoryDatastore<Pod>();
 * await datastore.create({ key: '/pods/default/web-0', value: { metadata: { name: 'web-0', namespace: 'default' }, node: 'a' } });
 *
 * const informer = new SharedInformer<Pod>({
 *   listerWatcher: createListWatchFromClient<Pod>(datastore, 'pods'),
 *   indexers: { node: (pod) => pod.node },
 * });
 * const registration = informer.addEventHandler({
 *   onAdd: (pod, { isInInitialList }) => console.log('added', pod.metadata.name, isInInitialList),
 *   onDelete: ({ last, certainty }) => console.log('deleted', last.metadata.name, certainty),
 * });
 * const stop = new AbortController();
 * const running = informer.run({ signal: stop.signal });
 * await registration.synced; // prints: added web-0 true
 * console.log(informer.indexer.indexKeys('node', 'a')); // ['default/web-0']
 * stop.abort();
 * await running;
 * ```
 */
export class SharedInformer<T> extends Informer<T, Reflector<T>> {
  constructor(options: SharedInformerOptions<T>) {
    const { name = 'informer' } = options;
    const { keyFunc = metaNamespaceKeyFunc } = options;
    const { toStoreKey = keyFunc === metaNamespaceKeyFunc ? defaultStoreKey : undefined } = options;
    super(options, ({ store, onError }) => {
      return new Reflector({ ...options, name, toStoreKey, store, onError, resyncPeriod: 0 }); // each handler has resyncs of its own
    });
  }

  override report(): SharedInformerReport {
    return { ...super.report(), reflector: this.feed.report() };
  }
}
