/** client-node's informer, fed through its own list function and its own watch handler. */
import { KubeConfig, ListWatch, Watch } from '@kubernetes/client-node';
import { lastRevision, type Batches, type Mirror } from './mirrors.js';
import { listRevision, type Pod } from './pods.js';
import type { PodEvent } from './script.js';

type Handler = (type: string, object: Pod, event?: PodEvent) => void;

/** A watch without a connection: it hands out its handler instead. */
class FedWatch extends Watch {
  handler: Handler = () => {};

  constructor() {
    super(new KubeConfig());
  }

  override watch(_path: string, _query: unknown, handler: Handler): Promise<AbortController> {
    this.handler = handler;
    return Promise.resolve(new AbortController());
  }
}

export class ClientNodeMirror implements Mirror {
  private readonly watch = new FedWatch();
  private informer: ListWatch<Pod> | undefined;
  private awaited = '';
  private hasArrived = false;

  async list(pods: readonly Pod[]): Promise<void> {
    const metadata = { resourceVersion: String(listRevision) };
    // It takes a mutable array and only reads it.
    const listed = { apiVersion: 'v1', kind: 'PodList', metadata, items: pods as Pod[] };
    this.informer = new ListWatch<Pod>('/api/v1/pods', this.watch, () => Promise.resolve(listed), false);
    this.informer.on('change', ({ metadata: { resourceVersion } }) => {
      if (resourceVersion === this.awaited) this.hasArrived = true;
    });
    await this.informer.start();
  }

  async follow(batches: Batches): Promise<void> {
    this.awaited = lastRevision(batches);
    this.hasArrived = false;
    for (const batch of batches) {
      // As its reader of lines does it: one call for each line that a read of the transport has brought.
      for (const event of batch) this.watch.handler(event.type, event.object, event);
      await Promise.resolve();
    }
    if (!this.hasArrived) throw new Error('client-node has not told its listeners of the last event.');
  }

  content(): Iterable<Pod> {
    return this.informer?.list() ?? [];
  }

  async stop(): Promise<void> {
    await this.informer?.stop();
  }
}
