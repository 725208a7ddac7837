/** The objects of the controller's simulation, and what the plane must have when everything is well: computed from the objects alone. */

export interface Pod {
  readonly node: string;
  readonly address: string;
  /** Grows with every write. */
  readonly turn: number;
}

/** Lets a pod be reached: its rule needs the pod's route. */
export interface Policy {
  readonly pod: string;
  readonly allow: string;
  readonly turn: number;
}

export const podKeys = ['/pods/default/a', '/pods/default/b', '/pods/default/__proto__', '/pods/kube-system/a'] as const;
export const policyKeys = ['/policies/default/p', '/policies/default/q', '/policies/kube-system/constructor'] as const;
/** External configuration that the datastore holds. */
export const configKeys = ['/config/dns', '/config/mtu'] as const;
/** What the second source can want: keys of its own, one that the datastore's configuration has too, and one of a handler. */
export const cliKeys = ['/config/acl', '/config/mtu', '/routes/pods/default/a'] as const;

export const addressOf = (pod: string): string => `/addresses${pod}`;
export const routeOf = (pod: string): string => `/routes${pod}`;
export const ruleOf = (policy: string): string => `/rules${policy}`;

type Values = ReadonlyMap<string, unknown>;

/**
 * What the plane must have: addresses of pods, routes over them, rules over these, and the configuration of both sources, the second
 * one over the first.
 *
 * @param objects the datastore's, by key. @param cli what the second source wants.
 */
export function wantedPlane(objects: Values, cli: Values): Values {
  const plane = new Map<string, unknown>();
  for (const [key, value] of objects) {
    if (key.startsWith('/config/')) plane.set(key, value);
    if (!key.startsWith('/pods/')) continue;
    const { node, address, turn } = value as Pod; // as the simulation wrote it
    plane.set(addressOf(key), { address, turn });
    plane.set(routeOf(key), { via: node, turn });
  }
  for (const [key, value] of cli) {
    const isOfNobody = key.startsWith('/routes/') && !plane.has(key);
    // A route without an address waits for it.
    if (!isOfNobody) plane.set(key, { ...(plane.get(key) as object | undefined), ...(value as object) });
  }
  for (const [key, value] of objects) {
    if (!key.startsWith('/policies/')) continue;
    const { pod, allow, turn } = value as Policy; // as the simulation wrote it
    if (plane.has(routeOf(pod))) plane.set(ruleOf(key), { pod, allow, turn });
  }
  return plane;
}

/** Values as text, in key order, whatever the order of their members. */
export function textOf(values: Values): string {
  return [...values]
    .map(([key, value]) => `${key} ${JSON.stringify(sorted(value))}`)
    .toSorted()
    .join('\n');
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
