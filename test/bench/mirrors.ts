/** Who is given the objects: this package, client-node's informer, and a bare Map. */
import type { Pod } from './pods.js';
import type { PodEvent } from './script.js';

export type Batches = readonly (readonly PodEvent[])[];

/** Holds objects, and is told what happens to them. */
export interface Mirror {
  /** What has been done to parsed objects before they are handed in; it does not count. */
  prepare?(pod: Pod): void;
  /** Takes in a complete list, and resolves when everyone who listens has been told. */
  list(pods: readonly Pod[]): Promise<void>;
  /** Takes in events, batch by batch, and resolves when everyone who listens has been told of the last. */
  follow(batches: Batches): Promise<void>;
  /** The objects it holds. */
  content(): Iterable<Pod>;
  stop(): Promise<void>;
}

/** The revision of each object, by namespace and name in order: what two mirrors of one story agree on. */
export function revisionsOf(mirror: Mirror): readonly string[] {
  return [...mirror.content()]
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}@${metadata.resourceVersion}`)
    .toSorted();
}

export function lastRevision(batches: Batches): string {
  return batches.at(-1)?.at(-1)?.object.metadata.resourceVersion ?? '';
}

/** A table from keys to objects and nothing else: the floor of what holding them costs. */
export class MapMirror implements Mirror {
  private readonly pods = new Map<string, Pod>();

  list(pods: readonly Pod[]): Promise<void> {
    for (const pod of pods) this.pods.set(keyOf(pod), pod);
    return Promise.resolve();
  }

  follow(batches: Batches): Promise<void> {
    for (const batch of batches) {
      for (const { type, object } of batch) {
        if (type === 'DELETED') this.pods.delete(keyOf(object));
        else this.pods.set(keyOf(object), object);
      }
    }
    return Promise.resolve();
  }

  content(): Iterable<Pod> {
    return this.pods.values();
  }

  stop(): Promise<void> {
    this.pods.clear();
    return Promise.resolve();
  }
}

function keyOf({ metadata }: Pod): string {
  return `${metadata.namespace}/${metadata.name}`;
}
