/** Lists the pods in a store (client-go, cache.StoreToPodLister). */
import { everything, type LabelSelector } from '../selectors/label-selector.js';
import { ObjectLister, type ListableStore, type NamespaceLister } from './object-lister.js';
import type { Pod } from './objects.js';
import { listedShape } from './shapes.js';

/**
 * Lists the pods in a store that holds pods and nothing else. What it selects, it selects from what is in the store: some of all pods
 * may never have come there.
 *
 * @example
 * ```ts
 * import { createStore, metaNamespaceKeyFunc, parseLabelSelector, StoreToPodLister, type Pod } from 'heliostat/cache';
 * const store = createStore<Pod>(metaNamespaceKeyFunc);
 * store.add({ metadata: { namespace: 'default', name: 'web-0', labels: { app: 'web' } } });
 * const lister = new StoreToPodLister(store);
 * console.log(lister.pods('default').list(parseLabelSelector('app in (web,api)')).length); // 1
 * ```
 */
export class StoreToPodLister<P extends Pod = Pod> {
  readonly #lister: ObjectLister<P>;

  constructor(store: ListableStore<P>) {
    this.#lister = new ObjectLister(store, 'pod', listedShape);
  }

  /**
   * The pods of all namespaces that `selector` selects, everything by default, in the order of their keys.
   *
   * @throws ValidationError when something in the store is no pod; it has its `key`, and the `field` at fault.
   */
  list(selector: LabelSelector = everything): readonly P[] {
    return this.#lister.list((pod) => selector.matches(pod.metadata?.labels));
  }

  /** Whether the store has a pod with the key of this one, in whatever state. */
  exists(pod: P): boolean {
    return this.#lister.has(pod);
  }

  /** The pods of one namespace; the empty string stands for all. It reads the index by namespace of the store, where it has one. */
  pods(namespace: string): NamespaceLister<P> {
    return this.#lister.inNamespace(namespace);
  }
}
