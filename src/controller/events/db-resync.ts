import type { KeyValuePairs, KubeStateData } from '../key-values.js';
import { EventMethod, type Event } from './event.js';
import { listed, textOfKey } from './text.js';

/** What a {@link DBResync} carries. */
export interface DBResyncOptions {
  /** Whether it comes from the local fallback, because the datastore cannot be reached. Default: false. */
  readonly local?: boolean | undefined;
  /** Everything there is, by resource. */
  readonly kubeState: KubeStateData;
  /** All external configuration of the datastore. Absent: what was known of it stays, as a local fallback wants it. */
  readonly externalConfig?: KeyValuePairs | undefined;
}

/**
 * A snapshot of the datastore: all state of Kubernetes, and the external configuration. Everything is built anew from it. The first one
 * opens the loop for other events.
 *
 * @example
 * ```ts
 * import { DBResync } from 'heliostat/controller';
 * const event = new DBResync({ kubeState: { pods: { '/pods/default/web-0': { node: 'a' } } }, externalConfig: {} });
 * console.log(event.toString()); // Database Resync (Remote DB) …
 * ```
 */
export class DBResync implements Event {
  readonly name = 'Database Resync';
  readonly method: 'fullResync' = EventMethod.FullResync;
  readonly isBlocking = false;
  readonly local: boolean;
  readonly kubeState: KubeStateData;
  readonly externalConfig: KeyValuePairs | undefined;

  constructor({ local = false, kubeState, externalConfig }: DBResyncOptions) {
    this.local = local;
    this.kubeState = kubeState;
    this.externalConfig = externalConfig;
  }

  toString(): string {
    const resources = Object.entries(this.kubeState)
      .map(([resource, values]) => [resource, Object.keys(values).toSorted()] as const)
      .filter(([, keys]) => keys.length > 0)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([resource, keys]) => `* ${keys.length}x ${resource}: ${listed(keys.map(textOfKey))}`);
    const external = Object.keys(this.externalConfig ?? {}).toSorted();
    const externals = external.length === 0 ? [] : [`* ${external.length}x external config: ${listed(external)}`];
    const items = [...resources, ...externals];
    const title = `${this.name} (${this.local ? 'Local DB' : 'Remote DB'})`;
    return items.length === 0 ? `${title} - empty dataset` : [title, ...items].join('\n');
  }

  /** Nobody waits for it. */
  done(): void {}
}
