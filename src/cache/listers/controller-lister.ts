/** Lists the replication controllers in a store (client-go, cache.StoreToControllerLister). */
import { ResourceDoesNotExistError, ValidationError } from '../../model/errors.js';
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
import type { Pod, ReplicationController } from './objects.js';
import { listedShape, selectingShape } from './shapes.js';

/** Lists the replication controllers in a store that holds replication controllers and nothing else. */
export class StoreToControllerLister<C extends ReplicationController = ReplicationController> {
  readonly #lister: ObjectLister<C>;

  constructor(store: ListableStore<C>) {
    this.#lister = new ObjectLister(store, 'replication controller', selectingShape);
  }

  /**
   * The controllers of all namespaces that `selector` selects by their own labels, everything by default, in the order of their keys.
   *
   * @throws ValidationError when something in the store is no controller; it has its `key`, and the `field` at fault.
   */
  list(selector: LabelSelector = everything): readonly C[] {
    return this.#lister.list((controller) => selector.matches(controller.metadata?.labels));
  }

  /** Whether the store has a controller with the key of this one, in whatever state. */
  exists(controller: C): boolean {
    return this.#lister.has(controller);
  }

  /** The controllers of one namespace; the empty string stands for all. */
  controllers(namespace: string): NamespaceLister<C> {
    return this.#lister.inNamespace(namespace);
  }

  /**
   * The controllers of the pod's namespace that select it, in the order of their keys. One with an empty selector, or without any,
   * selects no pod: it would take over everything.
   *
   * @throws ValidationError when `pod` has no labels, or is no pod, or something in the store is no controller;
   * ResourceDoesNotExistError when no controller selects it.
   */
  getPodControllers(pod: Pod): readonly C[] {
    checkArgument('pod', listedShape, pod);
    const labels = pod.metadata?.labels ?? {};
    if (Object.keys(labels).length === 0) {
      throw new ValidationError(`No controller can select the pod ${describe(pod)}: it has no labels.`, {
        field: 'metadata.labels',
      });
    }
    const controllers = this.#lister.listIn(namespaceOf(pod), (controller) => {
      const selector = controller.spec?.selector ?? {};
      return namespaceOf(controller) === namespaceOf(pod) && Object.keys(selector).length > 0 && carries(labels, selector);
    });
    if (controllers.length === 0) {
      throw new ResourceDoesNotExistError(
        `No controller selects the pod ${describe(pod)}: none in its namespace has a selector that its labels fulfil.`,
      );
    }
    return controllers;
  }
}
