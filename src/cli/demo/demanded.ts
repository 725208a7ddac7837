/** What the demo's network must be, computed anew. */
import { addressOf, type Pod, type Policy } from './network-words.js';

/** What the network must be for the objects of the datastore: computed anew, from nothing that the handlers have computed. */
export function demandedOf(objects: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const demanded = new Map<string, unknown>();
  const podsOfApp = new Map<string, string[]>();
  const ordered = [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, value] of ordered) {
    if (!key.startsWith('/pods/')) continue;
    const pod = value as Pod;
    const [, , namespace = '', name = ''] = key.split('/');
    const id = `${namespace}/${name}`;
    demanded.set(`/addresses/${id}`, { address: addressOf(id) });
    if (pod.status?.node !== undefined) demanded.set(`/routes/${id}`, { to: addressOf(id), via: pod.status.node });
    const app = `${namespace}/${pod.metadata.labels?.app ?? ''}`;
    podsOfApp.set(app, [...(podsOfApp.get(app) ?? []), id]);
  }
  for (const [key, value] of ordered) {
    if (!key.startsWith('/policies/')) continue;
    const app = key.slice('/policies/'.length);
    const targets = (podsOfApp.get(app) ?? []).map(addressOf);
    demanded.set(`/rules/${app}`, { allow: [...(value as Policy).spec.allow], targets });
  }
  return demanded;
}
