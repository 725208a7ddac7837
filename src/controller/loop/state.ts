/** The state of a controller: inputs received, and what handlers want. One immutable root, whose large collections are trees. */
import { amend } from '../../store/root.js';
import { freezePlainData } from '../../store/plain-data.js';
import { emptyTree, treeOf, type ObjectTree } from '../../store/object-tree.js';
import { transact } from '../../store/transact.js';
import { ValidationError } from '../../model/errors.js';
import { noLayers, type ExternalLayers } from '../external/layers.js';
import { recordOf, type KeyValuePairs, type KubeStateData } from '../key-values.js';
import type { WantedValue } from '../kit/ownership.js';

/** What a controller knows and wants. */
export interface ControllerState {
  /** Kubernetes' state as received, by resource. */
  readonly kube: ObjectTree<ObjectTree<unknown>>;
  /** External configuration as received, by source. */
  readonly external: ExternalLayers;
  /** What handlers want, as they last said. */
  readonly internal: ObjectTree<WantedValue>;
  /** Counts the changes of `internal`. */
  readonly version: number;
}

/** Nothing is known, of any of `resources`. */
export function initialState(resources: Iterable<string> = []): ControllerState {
  const names = [...resources].toSorted();
  return Object.freeze({
    kube: treeOf(
      names,
      names.map(() => emptyTree<unknown>()),
    ),
    external: noLayers,
    internal: emptyTree<WantedValue>(),
    version: 0,
  });
}

/** A snapshot of Kubernetes' state, taken in: everything that `known` has and the snapshot has not is empty. */
export function kubeTreesOf(kubeState: KubeStateData, known: ControllerState['kube']): ControllerState['kube'] {
  const resources = [...new Set([...known.keys(), ...Object.keys(kubeState)])].toSorted();
  return treeOf(
    resources,
    resources.map((resource) => treeOfValues(kubeState[resource] ?? {}, resource)),
  );
}

function treeOfValues(values: KeyValuePairs, resource: string): ObjectTree<unknown> {
  const keys = Object.keys(values).toSorted();
  return treeOf(
    keys,
    keys.map((key) => frozenValue(values[key], `${resource} ${key}`, key)),
  );
}

/** @throws ValidationError naming `what` when it is no plain data. */
export function frozenValue(value: unknown, what: string, key: string): unknown {
  try {
    return freezePlainData(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ValidationError(`The value of ${what} cannot be taken. ${reason}`, { key, cause });
  }
}

/** One object of Kubernetes' state changed; undefined: it is gone. */
export function withKubeChange(state: ControllerState, resource: string, key: string, value: unknown): ControllerState {
  const tree = state.kube.get(resource) ?? emptyTree<unknown>();
  const { after } = transact(tree, (draft) => (value === undefined ? draft.delete(key) : draft.set(key, value)));
  return withPart(state, { kube: transact(state.kube, (draft) => draft.set(resource, after)).after });
}

/** The same state with some parts of its root replaced. */
export function withPart(state: ControllerState, parts: Partial<ControllerState>): ControllerState {
  return amend(state, (draft) => void Object.assign(draft, parts));
}

const views = new WeakMap<ObjectTree<unknown>, KeyValuePairs>();

/** Kubernetes' state as handlers read it: frozen records, each made once for as long as its resource stays as it is. */
export function kubeStateOf(kube: ControllerState['kube']): KubeStateData {
  return Object.freeze(recordOf([...kube].map(([resource, tree]) => [resource, viewOf(tree)] as const)));
}

function viewOf(tree: ObjectTree<unknown>): KeyValuePairs {
  const known = views.get(tree);
  if (known !== undefined) return known;
  const view = Object.freeze(recordOf(tree));
  views.set(tree, view);
  return view;
}
