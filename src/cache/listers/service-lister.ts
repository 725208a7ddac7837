/** Lists the services in a store (client-go, cache.StoreToServiceLister). */
import { ResourceDoesNotExistError } from '../../model/errors.js';
import { everything, type LabelSelector } from '../selectors/label-selector.js';
import {
  carries,
  checkArgument,
  describe,
  namespaceOf,
  ObjectLister,
  type ListableStore,
  type NamespaceLister,
} from './object-lister.js';
import type { Pod, Service } from './objects.js';
import { listedShape, selectingShape } from './shapes.js';

/** Lists the services in a store that holds services and nothing else. */
export class StoreToServiceLister<S extends Service = Service> {
  readonly #lister: ObjectLister<S>;

  constructor(store: ListableStore<S>) {
    this.#lister = new ObjectLister(store, 'service', selectingShape);
  }

  /**
   * The services of all namespaces that `selector` selects by their own labels, everything by default, in the order of their keys.
   *
   * @throws ValidationError when something in the store is no service; it has its `key`, and the `field` at fault.
   */
  list(selector: LabelSelector = everything): readonly S[] {
    return this.#lister.list((service) => selector.matches(service.metadata?.labels));
  }

  /** The services of one namespace; the empty string stands for all. */
  services(namespace: string): NamespaceLister<S> {
    return this.#lister.inNamespace(namespace);
  }

  /**
   * The services of the pod's namespace that select it, in the order of their keys. An empty selector selects every pod; a service
   * without a selector (its endpoints are somebody else's affair) selects none.
   *
   * @throws ResourceDoesNotExistError when there is none; ValidationError when `pod` is no pod, or something in the store no service.
   */
  getPodServices(pod: Pod): readonly S[] {
    checkArgument('pod', listedShape, pod);
    const labels = pod.metadata?.labels;
    const services = this.#lister.listIn(namespaceOf(pod), (service) => {
      const selector = service.spec?.selector;
      return namespaceOf(service) === namespaceOf(pod) && selector !== undefined && selector !== null && carries(labels, selector);
    });
    if (services.length === 0) {
      throw new ResourceDoesNotExistError(
        `No service selects the pod ${describe(pod)}: none in its namespace has a selector that its labels fulfil.`,
      );
    }
    return services;
  }
}
