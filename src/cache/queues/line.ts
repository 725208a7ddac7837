/**
 * The line: what every queue of the cache consists of. Items by their keys, each at a place that it keeps while it is queued; taking from
 * the front, putting in, and taking out of the middle cost the logarithm of the size. Pure: a change is a new line.
 */
import type { Revision } from '../../model/revision.js';
import { emptyTree, type ObjectTree } from '../../store/object-tree.js';
import { amend } from '../../store/root.js';
import { openTransaction, type OpenTransaction } from '../../store/transact.js';

/** A queued item and its place: positions grow, and none is given twice. */
interface Entry<Item> {
  readonly position: number;
  readonly item: Item;
}

/** A queue at one moment. Frozen. A key is in `order` once if it is in `entries`, and not otherwise. */
export interface Line<Item> {
  readonly entries: ObjectTree<Entry<Item>>;
  /** The keys by the texts of their positions. */
  readonly order: ObjectTree<string>;
  readonly nextPosition: number;
  /** What stands before this position came with the first list. 0: something else came first. Undefined: nothing has come. */
  readonly initialEnd: number | undefined;
  /** The revision of the last operation that told one. */
  readonly resourceVersion: Revision | undefined;
}

/** An item that was taken out. */
export interface Taken<Item> extends Entry<Item> {
  readonly key: string;
  /** Whether the first list brought it, and it has been here since. */
  readonly isInitial: boolean;
}

/** The line that nothing has come to. */
export function emptyLine<Item>(): Line<Item> {
  return { entries: emptyTree(), order: emptyTree(), nextPosition: 0, initialEnd: undefined, resourceVersion: undefined };
}

/** `state` with other parts. */
export function amended<S extends object>(state: S, parts: Partial<S>): S {
  return amend(state, (draft) => void Object.assign(draft, parts));
}

/** What is remembered of an operation other than the first list: that something came before that, and the revision. */
export function noted(
  { initialEnd = 0, resourceVersion }: Line<unknown>,
  told: Revision | undefined,
): Pick<Line<never>, 'initialEnd' | 'resourceVersion'> {
  return { initialEnd, resourceVersion: told ?? resourceVersion };
}

/** Whether nothing is left of what the first list brought. */
export function isDrained({ initialEnd, order }: Line<unknown>): boolean {
  if (initialEnd === undefined) return false;
  const first = order.entries().next();
  return first.done === true || first.value[0] >= placeOf(initialEnd);
}

/** The first items, at most `limit`. */
export function front<Item>({ order, entries, initialEnd = 0 }: Line<Item>, limit: number): readonly Taken<Item>[] {
  const items: Taken<Item>[] = [];
  order.scan(undefined, (key) => {
    const entry = entries.get(key);
    if (entry !== undefined) items.push({ ...entry, key, isInitial: entry.position < initialEnd });
    return items.length < limit;
  });
  return items;
}

/** A line while it is being changed. */
export class LineDraft<Item> {
  private readonly entries: OpenTransaction<Entry<Item>>;
  private readonly order: OpenTransaction<string>;
  private nextPosition: number;

  constructor(line: Line<Item>) {
    this.entries = openTransaction(line.entries);
    this.order = openTransaction(line.order);
    this.nextPosition = line.nextPosition;
  }

  get(key: string): Item | undefined {
    return this.entries.draft.get(key)?.item;
  }

  /** Puts an item in: in place of that of its key, or behind all others. */
  set(key: string, item: Item): void {
    const position = this.entries.draft.get(key)?.position ?? this.nextPosition++;
    this.entries.draft.set(key, { position, item });
    this.order.draft.set(placeOf(position), key);
  }

  delete(key: string): void {
    const entry = this.entries.draft.get(key);
    if (entry === undefined) return;
    this.entries.draft.delete(key);
    this.order.draft.delete(placeOf(entry.position));
  }

  /** Ends the changes: the parts of the line that they are about. */
  commit(): Pick<Line<Item>, 'entries' | 'order' | 'nextPosition'> {
    return { entries: this.entries.commit().after, order: this.order.commit().after, nextPosition: this.nextPosition };
  }
}

/** Sorts as the positions do: no number that counts exactly has more digits. */
function placeOf(position: number): string {
  return String(position).padStart(16, '0');
}
