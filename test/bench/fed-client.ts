/** A client between parsed objects and a syncer: what a backend for Kubernetes has to do besides reading and parsing. */
import {
  WatchEventType,
  type KVPair,
  type KVPairList,
  type ListRequest,
  type ListWatchClient,
  type Watch,
  type WatchEvent,
} from '../../src/index.js';
import { listRevision, pairOf, type Pod } from './pods.js';
import type { PodEvent } from './script.js';

export class FedClient implements ListWatchClient<Pod> {
  readonly capabilities: ListWatchClient['capabilities'];
  private readonly pods: (from: number, to: number) => readonly Pod[];
  private readonly frozen: boolean;
  private batches: readonly (readonly PodEvent[])[] = [];
  private wake: () => void = () => {};
  private isStopped = false;

  /**
   * @param pods the objects of the list, from one index to before another.
   * @param frozen whether all values are frozen before they come here, as those of a datastore in the same process are.
   */
  constructor(pods: (from: number, to: number) => readonly Pod[], frozen: boolean) {
    this.pods = pods;
    this.frozen = frozen;
    this.capabilities = { watch: true, paging: true, immutableValues: frozen };
  }

  list(_options: unknown, { limit = Infinity, continue: token = '0' }: ListRequest = {}): Promise<KVPairList<Pod>> {
    const from = Number(token);
    const page = this.pods(from, from + limit);
    const rest = page.length === limit ? { continue: String(from + limit) } : {};
    return Promise.resolve({ items: page.map((pod) => this.pair(pod)), revision: String(listRevision), ...rest });
  }

  watch(): Promise<Watch<Pod>> {
    const stop = (): Promise<void> => {
      this.isStopped = true;
      this.wake();
      return Promise.resolve();
    };
    return Promise.resolve({ stop, hasTerminated: false, [Symbol.asyncDispose]: stop, [Symbol.asyncIterator]: () => this.run() });
  }

  /** Has the watch tell these events. */
  feed(batches: readonly (readonly PodEvent[])[]): void {
    this.batches = batches;
    this.wake();
  }

  private async *run(): AsyncGenerator<readonly WatchEvent<Pod>[], void, undefined> {
    while (!this.isStopped) {
      const batches = this.batches;
      this.batches = [];
      for (const batch of batches) yield batch.map((event) => this.event(event));
      if (this.batches.length === 0 && !this.isStopped) await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private event({ type, object }: PodEvent): WatchEvent<Pod> {
    const pair = this.pair(object);
    const revision = object.metadata.resourceVersion;
    if (type === 'DELETED') return { type: WatchEventType.Deleted, revision, old: pair };
    return { type: type === 'ADDED' ? WatchEventType.Added : WatchEventType.Modified, revision, new: pair };
  }

  private pair(pod: Pod): KVPair<Pod> {
    const pair = pairOf(pod);
    return this.frozen ? Object.freeze(pair) : pair;
  }
}
