/** client-node's informer, fed through its own list function and its own watch handler. */
import { KubeConfig, ListWatch, Watch } from '@kubernetes/client-node';
import { lastRevision, type Batches, type Mirror } from './mirrors.js';
import { listRevision, type Pod } from './pods.js';
import type { PodEvent } from './script.js';

type Handler = (type: string, object: Pod, event?: PodEvent) => void;

/** A watch without a connection: it hands out its handler instead. */
class FedWatch extends Watch {
  handler: Handler = () => {};
  done: (error: unknown) => unknown = () => {};

  constructor() {
    super(new KubeConfig());
  }

  override watch(_path: string, _query: unknown, handler: Handler, done: (error: unknown) => unknown): Promise<AbortController> {
    this.handler = handler;
    this.done = done;
    return Promise.resolve(new AbortController());
  }
}

export class ClientNodeMirror implements Mirror {
  private readonly watch = new FedWatch();
  private informer: ListWatch<Pod> | undefined;
  private listed: readonly Pod[] = [];
  private awaited = '';
  private hasArrived = false;

  async list(pods: readonly Pod[]): Promise<void> {
    this.listed = pods;
    this.informer = new ListWatch<Pod>('/api/v1/pods', this.watch, () => Promise.resolve(this.answer()), false);
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

  /** The watch is over and its revision too old: everything is listed again. */
  async relist(pods: readonly Pod[]): Promise<void> {
    this.listed = pods;
    const gone = { type: 'ERROR', object: { code: 410 } as unknown as Pod } as const; // as the API server says it
    this.watch.handler('ERROR', gone.object);
    await this.watch.done(null);
  }

  /** One line of the watch. */
  tell(event: PodEvent): void {
    this.watch.handler(event.type, event.object, event);
  }

  get(name: string, namespace: string): Pod | undefined {
    return this.informer?.get(name, namespace);
  }

  listOf(namespace: string): readonly Pod[] {
    return this.informer?.list(namespace) ?? [];
  }

  content(): Iterable<Pod> {
    return this.informer?.list() ?? [];
  }

  async stop(): Promise<void> {
    await this.informer?.stop();
  }

  private answer() {
    const metadata = { resourceVersion: String(listRevision) };
    return { apiVersion: 'v1', kind: 'PodList', metadata, items: this.listed as Pod[] }; // it takes a mutable array and only reads it
  }
}
