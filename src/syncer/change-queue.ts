/**
 * What one consumer has not been told yet: differences between pictures, with statuses and notices between them.
 *
 * - An update is told before every status and notice that followed it, and after every one that it followed.
 * - What happens to a key between two of them is told once: the difference between what the consumer was given and what is there.
 * - Keys are remembered, not values: the memory is bounded by the number of keys and of pending statuses, however slow the consumer.
 */
import type { Key } from '../model/key.js';
import type { KVPair } from '../model/kv-pair.js';
import type { Revision } from '../model/revision.js';
import { SyncStatus } from '../model/status.js';
import { UpdateType, type Update } from '../model/update.js';
import { emptyTree, type Change, type ObjectTree } from '../store/object-tree.js';
import { applyChanges } from '../store/transact.js';

/** How a key came to be deleted, as far as it is known. */
export interface Removal {
  readonly revision: Revision | undefined;
  readonly finalStateUnknown: boolean;
}

/** What the consumer is to be told next. */
export type Delivery<V, N> =
  | { readonly kind: 'updates'; readonly updates: readonly Update<V>[] }
  | { readonly kind: 'status'; readonly status: SyncStatus }
  | { readonly kind: 'notice'; readonly notice: N };

interface PendingChanges<V> {
  readonly kind: 'changes';
  readonly touched: Map<Key, Removal | undefined>;
  /** The picture at the end of these changes. */
  shown: ObjectTree<KVPair<V>>;
}
interface PendingNotice<N> {
  readonly kind: 'notice';
  readonly slot: string;
  readonly notice: N;
}
interface PendingStatus {
  readonly kind: 'status';
  readonly status: SyncStatus;
}
type Pending<V, N> = PendingChanges<V> | PendingStatus | PendingNotice<N>;

/** More pending statuses than this are a flapping datastore before a stuck consumer: they are folded together. */
const maxPendingStatuses = 8;

export class ChangeQueue<V, N = never> {
  /** The picture that the consumer has been given. */
  private given: ObjectTree<KVPair<V>> = emptyTree();
  private givenStatus: SyncStatus | undefined;
  private pending: Pending<V, N>[] = [];

  /** The picture after the last updates that were taken. */
  get delivered(): ObjectTree<KVPair<V>> {
    return this.given;
  }

  get isEmpty(): boolean {
    return this.pending.length === 0;
  }

  /** How many keys have a change that has not been taken. */
  get pendingKeys(): number {
    const keys = new Set<Key>();
    for (const item of this.pending) if (item.kind === 'changes') for (const key of item.touched.keys()) keys.add(key);
    return keys.size;
  }

  /** The picture has become `shown`. */
  change(changes: readonly Change<KVPair<V>>[], shown: ObjectTree<KVPair<V>>, removalOf: (key: Key) => Removal): void {
    if (changes.length === 0) return;
    const open = this.openChanges();
    for (const { key, after } of changes) {
      // A removal stays known through later changes: with the key absent in the end, it was the last one that removed it.
      open.touched.set(key, after === undefined ? removalOf(key) : open.touched.get(key));
    }
    open.shown = shown;
  }

  /** Everything there is counts as new to this consumer. */
  begin(shown: ObjectTree<KVPair<V>>): void {
    if (shown.size === 0) return;
    const open = this.openChanges();
    for (const [key] of shown) open.touched.set(key, undefined);
    open.shown = shown;
  }

  publish(status: SyncStatus): void {
    this.pending.push({ kind: 'status', status });
    if (this.pending.filter(({ kind }) => kind === 'status').length > maxPendingStatuses) this.foldStatuses();
  }

  /** Tells `notice`, in place of an earlier one of the same `slot` that has not been taken yet. */
  notify(slot: string, notice: N): void {
    this.remove((item) => item.kind === 'notice' && item.slot === slot);
    this.pending.push({ kind: 'notice', slot, notice });
  }

  /** Forgets what has not been taken. */
  clear(): void {
    this.pending = [];
  }

  /** The next thing to tell; undefined when there is none. At most `maxUpdates` updates at a time. */
  take(maxUpdates: number): Delivery<V, N> | undefined {
    for (let item = this.pending[0]; item !== undefined; item = this.pending[0]) {
      if (item.kind !== 'changes') {
        this.pending.shift();
        if (item.kind === 'status') this.givenStatus = item.status;
        return item;
      }
      const updates = this.takeUpdates(item, maxUpdates);
      if (updates.length > 0) return { kind: 'updates', updates };
    }
    return undefined;
  }

  private takeUpdates(item: PendingChanges<V>, maxUpdates: number): readonly Update<V>[] {
    const updates: Update<V>[] = [];
    const changes: Change<KVPair<V>>[] = [];
    for (const [key, removal] of item.touched) {
      if (updates.length >= maxUpdates) break;
      item.touched.delete(key);
      const change = { key, before: this.given.get(key), after: item.shown.get(key) };
      const update = updateOf(change, removal);
      if (update === undefined) continue;
      updates.push(update);
      changes.push(change);
    }
    if (item.touched.size === 0) {
      this.given = item.shown;
      this.pending.shift();
    } else {
      this.given = applyChanges(this.given, changes).after;
    }
    return updates;
  }

  private openChanges(): PendingChanges<V> {
    const last = this.pending.at(-1);
    if (last?.kind === 'changes') return last;
    const open: PendingChanges<V> = { kind: 'changes', touched: new Map(), shown: this.given };
    this.pending.push(open);
    return open;
  }

  /**
   * Leaves out the oldest statuses that can be left out: those between which and the next one nothing would be told while waiting for
   * the datastore, and without which no two statuses in a row are the same.
   */
  private foldStatuses(): void {
    let before = this.givenStatus;
    for (const [index, item] of this.pending.entries()) {
      if (item.kind !== 'status') continue;
      const next = this.pending.slice(index + 1).find((later): later is PendingStatus => later.kind === 'status');
      const wouldTellWhileWaiting = before === undefined || before === SyncStatus.WaitForDatastore;
      if (next !== undefined && !wouldTellWhileWaiting) {
        this.remove((other) => other === item || (other === next && next.status === before));
        return;
      }
      before = item.status;
    }
  }

  /** Takes items out; changes that become neighbours become one. */
  private remove(isRemoved: (item: Pending<V, N>) => boolean): void {
    const kept: Pending<V, N>[] = [];
    for (const item of this.pending) {
      if (isRemoved(item)) continue;
      const last = kept.at(-1);
      if (item.kind === 'changes' && last?.kind === 'changes') {
        for (const [key, removal] of item.touched) last.touched.set(key, removal ?? last.touched.get(key));
        last.shown = item.shown;
      } else {
        kept.push(item);
      }
    }
    this.pending = kept;
  }
}

/** What to tell of a key: what the consumer was given, and what is there. */
function updateOf<V>({ key, before, after }: Change<KVPair<V>>, removal: Removal | undefined): Update<V> | undefined {
  if (after === undefined) {
    if (before === undefined) return undefined;
    return Object.freeze({
      type: UpdateType.Deleted,
      key,
      value: null,
      previous: before,
      finalStateUnknown: removal?.finalStateUnknown ?? true,
      ...identityOf({ ...before, revision: removal?.revision }),
    });
  }
  if (after === before) return undefined;
  if (before === undefined) return Object.freeze({ type: UpdateType.New, key, value: after.value, ...identityOf(after) });
  const recreated = before.uid !== undefined && after.uid !== undefined && before.uid !== after.uid;
  return Object.freeze({ type: UpdateType.Updated, key, value: after.value, previous: before, recreated, ...identityOf(after) });
}

function identityOf(pair: {
  readonly revision?: Revision | undefined;
  readonly uid?: string | undefined;
  readonly source?: Key | undefined;
}): { readonly revision?: Revision; readonly uid?: string; readonly source?: Key } {
  const { revision, uid, source } = pair;
  return {
    ...(revision === undefined ? {} : { revision }),
    ...(uid === undefined ? {} : { uid }),
    ...(source === undefined ? {} : { source }),
  };
}
