/** Key-value pairs: how configuration and Kubernetes state are handed in and out (Contiv controller API, KeyValuePairs, KubeStateData). */

/** Values by key. A plain record; the ones that this package makes have no prototype, so that any key is a key like others. */
export type KeyValuePairs<V = unknown> = Readonly<Record<string, V>>;

/** State of Kubernetes, or of whatever the datastore holds: resource → key → value. */
export type KubeStateData = Readonly<Record<string, KeyValuePairs>>;

/** State in which there is nothing of any of `resources` (NewKubeStateData). */
export function createKubeStateData(resources: Iterable<string> = []): Record<string, Record<string, unknown>> {
  const data = recordOf<Record<string, unknown>>([]);
  for (const resource of resources) data[resource] = recordOf([]);
  return data;
}

/** A record without a prototype. @internal */
export function recordOf<V>(entries: Iterable<readonly [string, V]>): Record<string, V> {
  const record = Object.create(null) as Record<string, V>; // it has what it is given, and nothing else
  for (const [key, value] of entries) record[key] = value;
  return record;
}
