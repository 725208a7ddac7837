/** The objects of the pipeline simulation: pods whose `turn` grows with every write, so that going back in time can be seen. */

export interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: { readonly nodeName: string; readonly turn: number };
}

export const namespaces = ['default', 'kube-system'] as const;
export const names = ['a', 'b', '__proto__', 'constructor', '0'] as const;
const nodes = ['one', 'two', 'three'] as const;

/** The key in the datastore. */
export const keyOf = (namespace: string, name: string): string => `/pods/${namespace}/${name}`;

/** The pod at a key as it was written at `turn`. */
export function podAt(key: string, turn: number, uid: string): Pod {
  const [, , namespace = '', name = ''] = key.split('/');
  return { metadata: { name, namespace, uid }, spec: { nodeName: nodes[turn % nodes.length] ?? '', turn } };
}

/** The key in a store. */
export const storeKeyOf = (pod: Pod): string => `${pod.metadata.namespace}/${pod.metadata.name}`;

/** What a store must hold, as text: turns by key, in order. */
export function contentOf(pods: Iterable<Pod>): string {
  return Array.from(pods, (pod) => `${storeKeyOf(pod)}@${pod.spec.turn}`)
    .toSorted()
    .join(' ');
}

/** Which pods are on which node, from the pods alone. */
export function byNodeOf(pods: readonly Pod[]): string {
  const found = nodes.map((node) => `${node}: ${contentOf(pods.filter(({ spec }) => spec.nodeName === node))}`);
  return found.join('; ');
}

export { nodes };
