/** This package, as a whole and in parts. */
import { createSyncer, SyncStatus, type KVPair, type Syncer } from '../../src/index.js';
import { emptyTree, type ObjectTree } from '../../src/store/object-tree.js';
import { freezePlainData } from '../../src/store/plain-data.js';
import { replaceAll, transact } from '../../src/store/transact.js';
import { FedClient } from './fed-client.js';
import { lastRevision, type Batches, type Mirror } from './mirrors.js';
import { pairOf, type Pod } from './pods.js';

/** A syncer with a consumer that looks at every update, over a client whose values have to be frozen. */
export class SyncerMirror implements Mirror {
  private client: FedClient | undefined;
  private syncer: Syncer<Pod> | undefined;
  private awaited = '';
  private arrived: () => void = () => {};

  async list(pods: readonly Pod[]): Promise<void> {
    const client = this.open((from, to) => pods.slice(from, to));
    this.syncer = createSyncer(client, [{ list: { kind: 'pods' } }], {
      onUpdates: (updates) => {
        for (const { revision } of updates) if (revision === this.awaited) this.arrived();
      },
    });
    this.client = client;
    this.syncer.start();
    await this.syncer.firstSync;
  }

  async follow(batches: Batches): Promise<void> {
    this.awaited = lastRevision(batches);
    const arrived = new Promise<void>((resolve) => (this.arrived = resolve));
    this.client?.feed(batches);
    await arrived;
  }

  *content(): Iterable<Pod> {
    for (const { value } of this.running.snapshot()) yield value;
  }

  async stop(): Promise<void> {
    await this.syncer?.stop({ mode: 'silent' });
  }

  /** The syncer, in sync. */
  get running(): Syncer<Pod> {
    if (this.syncer?.status === SyncStatus.InSync) return this.syncer;
    throw new Error('This syncer is not in sync, so there is nothing to measure.');
  }

  protected open(pods: (from: number, to: number) => readonly Pod[]): FedClient {
    return new FedClient(pods, false);
  }
}

/** The same over a client whose values are frozen before they come, as those of a datastore in the same process are. */
export class FrozenSyncerMirror extends SyncerMirror {
  prepare(pod: Pod): void {
    freezePlainData(pod);
  }

  protected override open(pods: (from: number, to: number) => readonly Pod[]): FedClient {
    return new FedClient(pods, true);
  }
}

/** The object tree and its transactions, without charts and consumers. */
export class StoreMirror implements Mirror {
  private tree: ObjectTree<KVPair<Pod>> = emptyTree();

  list(pods: readonly Pod[]): Promise<void> {
    const entries = pods.map(pairOf).map((pair) => [pair.key, pair] as const);
    const inOrder = entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
    this.tree = replaceAll(this.tree, inOrder, () => false).after;
    return Promise.resolve();
  }

  follow(batches: Batches): Promise<void> {
    for (const batch of batches) {
      this.tree = transact(this.tree, (draft) => {
        for (const { type, object } of batch) {
          const pair = pairOf(object);
          if (type === 'DELETED') draft.delete(pair.key);
          else draft.set(pair.key, pair);
        }
      }).after;
    }
    return Promise.resolve();
  }

  *content(): Iterable<Pod> {
    for (const [, { value }] of this.tree) yield value;
  }

  stop(): Promise<void> {
    this.tree = emptyTree();
    return Promise.resolve();
  }
}
