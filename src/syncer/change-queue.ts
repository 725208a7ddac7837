/**
 * What one consumer has not been told yet: differences between pictures, with statuses and notices between them.
 *
 * - An update is told before every status and notice that followed it, and after every one that it followed.
 * - What happens to a key between two of them is told once: the difference between what the consumer was given and what is there.
 * - Each key is remembered once, with what both pictures hold of it: the memory is bounded by the number of keys and of pending
 *   statuses, however slow the consumer.
 */
import { deepEqual } from 'fast-equals';
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

/** What the consumer was given of a key, what is there now, and how the key was deleted last, if it was. */
interface Touch<V> {
  readonly key: Key;
  readonly before: KVPair<V> | undefined;
  after: KVPair<V> | undefined;
  removal: Removal | undefined;
}

interface PendingChanges<V> {
  readonly kind: 'changes';
  readonly touched: Map<Key, Touch<V>>;
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
    for (const { key, before, after } of changes) {
      touch(open.touched, { key, before, after, removal: after === undefined ? removalOf(key) : undefined });
    }
    open.shown = shown;
  }

  /** Everything there is counts as new to this consumer. */
  begin(shown: ObjectTree<KVPair<V>>): void {
    if (shown.size === 0) return;
    const open = this.openChanges();
    for (const [key, after] of shown) touch(open.touched, { key, before: undefined, after, removal: undefined });
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
    const taken: Touch<V>[] = [];
    for (const touched of item.touched.values()) {
      if (updates.length >= maxUpdates) break;
      taken.push(touched);
      const update = updateOf(touched);
      if (update !== undefined) updates.push(update);
    }
    if (taken.length === item.touched.size) {
      this.given = item.shown;
      this.pending.shift();
    } else {
      for (const { key } of taken) item.touched.delete(key);
      this.given = applyChanges(this.given, taken).after;
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
        for (const touched of item.touched.values()) touch(last.touched, touched);
        last.shown = item.shown;
      } else {
        kept.push(item);
      }
    }
    this.pending = kept;
  }
}

/** Takes in what happened to a key later than what is known of it. */
function touch<V>(touched: Map<Key, Touch<V>>, next: Touch<V>): void {
  const known = touched.get(next.key);
  if (known === undefined) {
    touched.set(next.key, next);
    return;
  }
  known.after = next.after;
  // A removal stays known through later changes: with the key absent in the end, it was the last one that removed it.
  known.removal = next.removal ?? known.removal;
}

/** What to tell of a key: the difference between what the consumer was given and what is there. */
function updateOf<V>({ key, before, after, removal }: Touch<V>): Update<V> | undefined {
  if (after === before || (after !== undefined && before !== undefined && isSameState(before, after))) return undefined;
  if (after === undefined) {
    if (before === undefined) return undefined;
    const finalStateUnknown = removal?.finalStateUnknown ?? true;
    return identified(
      { type: UpdateType.Deleted, key, value: null, previous: before, finalStateUnknown },
      before,
      removal?.revision,
    );
  }
  const { value, revision } = after;
  if (before === undefined) return identified({ type: UpdateType.New, key, value }, after, revision);
  const recreated = before.uid !== undefined && after.uid !== undefined && before.uid !== after.uid;
  return identified({ type: UpdateType.Updated, key, value, previous: before, recreated }, after, revision);
}

/** Whether a key is back where it was when the consumer was last told of it. */
function isSameState<V>(a: KVPair<V>, b: KVPair<V>): boolean {
  return a.revision === b.revision && a.uid === b.uid && a.source === b.source && deepEqual(a.value, b.value);
}

interface Identity {
  revision?: Revision;
  uid?: string;
  source?: Key;
}

/** Adds to an update what is known of the object it is about: members that are absent, not members that are `undefined`. */
function identified<U extends object>(
  update: U & Identity,
  { uid, source }: KVPair,
  revision: Revision | undefined,
): Readonly<U & Identity> {
  if (revision !== undefined) update.revision = revision;
  if (uid !== undefined) update.uid = uid;
  if (source !== undefined) update.source = source;
  return Object.freeze(update);
}
