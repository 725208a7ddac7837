/** Lists the nodes in a store (client-go, cache.StoreToNodeLister). */
import { everything, type LabelSelector } from '../selectors/label-selector.js';
import { ObjectLister, type ListableStore } from './object-lister.js';
import type { Node } from './objects.js';
import { nodeShape } from './shapes.js';

/** The nodes that are in one condition. */
export interface NodeConditionLister<N> {
  /**
   * These nodes as they are in the store now, in the order of their keys.
   *
   * @throws ValidationError as the list of the lister that this one is from.
   */
  list(): readonly N[];
}

/** Lists the nodes in a store that holds nodes and nothing else. */
export class StoreToNodeLister<N extends Node = Node> {
  readonly #lister: ObjectLister<N>;

  constructor(store: ListableStore<N>) {
    this.#lister = new ObjectLister(store, 'node', nodeShape);
  }

  /**
   * The nodes that `selector` selects, everything by default, in the order of their keys.
   *
   * @throws ValidationError when something in the store is no node; it has its `key`, and the `field` at fault.
   */
  list(selector: LabelSelector = everything): readonly N[] {
    return this.#lister.list((node) => selector.matches(node.metadata?.labels));
  }

  /**
   * The node with that name.
   *
   * @throws ResourceDoesNotExistError when the store has none; KeyError when the key function of the store needs more of an object than
   * its metadata.
   */
  getNodeInfo(name: string): N {
    return this.#lister.get('', name);
  }

  /**
   * The nodes of which the last condition of that type has that status, such as `nodeCondition('Ready', 'True')`. A node without a
   * condition of that type is in none of its statuses.
   */
  nodeCondition(type: string, status: string): NodeConditionLister<N> {
    const isInIt = (node: N): boolean =>
      node.status?.conditions?.findLast((condition) => condition.type === type)?.status === status;
    return Object.freeze({ list: () => this.#lister.list(isInIt) });
  }
}
