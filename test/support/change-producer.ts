/** A picture that is changed and told to a queue, and what the queue hands out as text. */
import type { KVPair } from '../../src/index.js';
import { emptyTree, type ObjectTree } from '../../src/store/object-tree.js';
import { transact } from '../../src/store/transact.js';
import { ChangeQueue, type Delivery } from '../../src/syncer/change-queue.js';

/** Some values are those of another object, some of one without an identity, some were made from another object. */
const identities: Readonly<Record<string, { readonly uid?: string; readonly source?: string }>> = {
  '1': { uid: 'one' },
  '2': { uid: 'two', source: '/source' },
};

export type Write = readonly [key: string, value: string | null];

export class Producer {
  readonly queue = new ChangeQueue<string, string>();
  shown: ObjectTree<KVPair<string>> = emptyTree();
  /** Every object that there ever was, by its revision. */
  readonly history = new Map<string, KVPair<string>>();
  private revision = 0;

  write(...writes: readonly Write[]): void {
    const commit = transact(this.shown, (draft) => {
      for (const [key, value] of writes) {
        this.revision++;
        const pair = { key, value: value ?? '', revision: String(this.revision), ...identities[value ?? ''] };
        if (value === null) draft.delete(key);
        else draft.set(key, pair);
        this.history.set(pair.revision, pair);
      }
    });
    this.shown = commit.after;
    this.queue.change(commit.changes, this.shown, () => ({ revision: String(this.revision), finalStateUnknown: false }));
  }

  /** Everything that is pending, as text. */
  drain(maxUpdates = Infinity): string[] {
    const lines: string[] = [];
    for (let next = this.queue.take(maxUpdates); next !== undefined; next = this.queue.take(maxUpdates)) lines.push(textOf(next));
    return lines;
  }
}

/** `new /a=1, deleted /b`, a status, or a notice. */
export function textOf(delivery: Delivery<string, string>): string {
  if (delivery.kind !== 'updates') return delivery.kind === 'status' ? delivery.status : delivery.notice;
  return delivery.updates.map(({ type, key, value }) => (value === null ? `${type} ${key}` : `${type} ${key}=${value}`)).join(', ');
}
