/** Who keeps objects that can be looked up by namespace and by node: the cache, client-node's informer, and bare Maps. */
import { createIndexer, metaNamespaceIndexFunc, metaNamespaceKeyFunc, type Indexer, type StoreSnapshot } from '../../src/cache.js';
import { ClientNodeMirror } from './client-node-mirror.js';
import type { Pod } from './pods.js';
import { freezePlainData } from '../../src/store/plain-data.js';

/** Takes objects in and hands them out, by itself: nobody brings them. */
export interface Cache {
  /** What has been done to parsed objects before they are handed in; it does not count. */
  prepare?(pod: Pod): void;
  /** Begins with these. */
  fill(pods: readonly Pod[]): void | Promise<void>;
  add(pods: readonly Pod[]): void;
  update(pods: readonly Pod[]): void;
  replace(pods: readonly Pod[]): void | Promise<void>;
  readonly size: number;
  get(pod: Pod): Pod | undefined;
  byNamespace(namespace: string): number;
  /** Undefined where there is no such index. */
  byNode?(node: string): number;
  /** Everything there is now, and will be in there however it changes. */
  picture(): unknown;
  /** How many objects differ between two pictures; undefined where that is not to be had. */
  compare?(earlier: unknown, later: unknown): number;
}

/** The cache, with two indices. */
export class IndexerCache implements Cache {
  readonly indexer: Indexer<Pod>;
  private readonly isFrozen: boolean;

  /** @param isFrozen that objects are frozen before, which does not count. */
  constructor(isFrozen: boolean) {
    this.isFrozen = isFrozen;
    const indexers = { namespace: metaNamespaceIndexFunc, node: (pod: Pod) => [pod.spec.nodeName] };
    this.indexer = createIndexer<Pod>(metaNamespaceKeyFunc, indexers, { immutableValues: isFrozen });
    this.indexer.subscribe(() => {});
  }

  prepare(pod: Pod): void {
    if (this.isFrozen) freezePlainData(pod);
  }

  fill(pods: readonly Pod[]): void {
    this.indexer.replace(pods);
  }

  add(pods: readonly Pod[]): void {
    this.indexer.transaction(pods.map((object) => ({ op: 'add', object })));
  }

  update(pods: readonly Pod[]): void {
    this.indexer.transaction(pods.map((object) => ({ op: 'update', object })));
  }

  replace(pods: readonly Pod[]): void {
    this.indexer.replace(pods);
  }

  get size(): number {
    return this.indexer.snapshot().size;
  }

  get(pod: Pod): Pod | undefined {
    return this.indexer.get(pod);
  }

  byNamespace(namespace: string): number {
    return this.indexer.byIndex('namespace', namespace).length;
  }

  byNode(node: string): number {
    return this.indexer.byIndex('node', node).length;
  }

  picture(): StoreSnapshot<Pod> {
    return this.indexer.snapshot();
  }

  compare(earlier: StoreSnapshot<Pod>, later: StoreSnapshot<Pod>): number {
    return this.indexer.diff(earlier, later).length;
  }
}

/** client-node's informer: it has one index, by namespace. */
export class InformerCache implements Cache {
  private readonly mirror = new ClientNodeMirror();

  fill(pods: readonly Pod[]): Promise<void> {
    return this.mirror.list(pods);
  }

  add(pods: readonly Pod[]): void {
    for (const object of pods) this.mirror.tell({ type: 'ADDED', object });
  }

  update(pods: readonly Pod[]): void {
    for (const object of pods) this.mirror.tell({ type: 'MODIFIED', object });
  }

  replace(pods: readonly Pod[]): Promise<void> {
    return this.mirror.relist(pods);
  }

  get size(): number {
    return [...this.mirror.content()].length;
  }

  get({ metadata }: Pod): Pod | undefined {
    return this.mirror.get(metadata.name, metadata.namespace);
  }

  byNamespace(namespace: string): number {
    return this.mirror.listOf(namespace).length;
  }

  picture(): readonly Pod[] {
    return [...this.mirror.content()];
  }
}

/** Objects by key, and sets of keys by namespace and by node: what one would write without a library. */
export class MapCache implements Cache {
  private pods = new Map<string, Pod>();
  private namespaces = new Map<string, Set<string>>();
  private nodes = new Map<string, Set<string>>();

  fill(pods: readonly Pod[]): void {
    this.add(pods);
  }

  add(pods: readonly Pod[]): void {
    for (const pod of pods) {
      const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
      const known = this.pods.get(key);
      if (known !== undefined) this.nodes.get(known.spec.nodeName)?.delete(key);
      this.pods.set(key, pod);
      put(this.namespaces, pod.metadata.namespace, key);
      put(this.nodes, pod.spec.nodeName, key);
    }
  }

  update(pods: readonly Pod[]): void {
    this.add(pods);
  }

  replace(pods: readonly Pod[]): void {
    [this.pods, this.namespaces, this.nodes] = [new Map(), new Map(), new Map()];
    this.add(pods);
  }

  get size(): number {
    return this.pods.size;
  }

  get({ metadata }: Pod): Pod | undefined {
    return this.pods.get(`${metadata.namespace}/${metadata.name}`);
  }

  byNamespace(namespace: string): number {
    return this.found(this.namespaces.get(namespace)).length;
  }

  byNode(node: string): number {
    return this.found(this.nodes.get(node)).length;
  }

  picture(): ReadonlyMap<string, Pod> {
    return new Map(this.pods);
  }

  compare(earlier: ReadonlyMap<string, Pod>, later: ReadonlyMap<string, Pod>): number {
    const keys = new Set([...earlier.keys(), ...later.keys()]);
    return [...keys].filter((key) => earlier.get(key) !== later.get(key)).length;
  }

  private found(keys: ReadonlySet<string> = new Set()): readonly (Pod | undefined)[] {
    return Array.from(keys, (key) => this.pods.get(key));
  }
}

function put(index: Map<string, Set<string>>, value: string, key: string): void {
  const keys = index.get(value);
  if (keys === undefined) index.set(value, new Set([key]));
  else keys.add(key);
}
