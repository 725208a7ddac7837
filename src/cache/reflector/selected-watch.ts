/**
 * A watch of which only some objects count: what begins or ceases to count is Added or Deleted, as if the datastore had selected.
 */
import type { ParseError } from '../../model/errors.js';
import type { Key } from '../../model/key.js';
import type { KVPair } from '../../model/kv-pair.js';
import { WatchEventType, type DeletedEvent, type ModifiedEvent, type Watch, type WatchEvent } from '../../model/watch.js';

type Batch<T> = readonly WatchEvent<T>[];

export class SelectedWatch<T> implements Watch<T> {
  private readonly inner: Watch<T>;
  private readonly selection: EventSelection<T>;

  /** @param initialList whether the watch begins with the list. */
  constructor(inner: Watch<T>, rule: SelectionRule<T>, initialList: boolean) {
    this.inner = inner;
    this.selection = new EventSelection(rule, initialList);
  }

  get hasTerminated(): boolean {
    return this.inner.hasTerminated;
  }

  stop(): Promise<void> {
    return this.inner.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch<T>, void, undefined> {
    for await (const batch of this.inner) {
      const selected = this.selection.select(batch);
      if (selected.length > 0) yield selected;
    }
  }
}

/**
 * Which objects count, for all lists and watches of one selection.
 *
 * Of an entry that cannot be read, readers keep the last state that could be, which may have counted. When it can be read again and does
 * not count, they have to hear of it, though for a watch it may be an object that was not there before.
 */
export class SelectionRule<T> {
  readonly matches: (object: T) => boolean;
  /** What was unreadable once, for somebody. */
  private readonly doubtful = new Set<Key>();
  private isAnyDoubtful = false;

  constructor(matches: (object: T) => boolean) {
    this.matches = matches;
  }

  /** An entry cannot be read. */
  doubt({ key }: ParseError): void {
    if (key === undefined) this.isAnyDoubtful = true;
    else this.doubtful.add(key);
  }

  /** Whether a reader may keep a state of this object that counted, without the datastore knowing of it. */
  isDoubtful(key: Key): boolean {
    return this.isAnyDoubtful || this.doubtful.has(key);
  }
}

/** Selects the events of one watch, from its beginning. */
class EventSelection<T> {
  private readonly rule: SelectionRule<T>;
  private isInitial: boolean;

  constructor(rule: SelectionRule<T>, initialList: boolean) {
    this.rule = rule;
    this.isInitial = initialList;
  }

  /** What is left of a batch. When its end is not, a bookmark moves the revision past it, or the same events would be asked for again. */
  select(batch: Batch<T>): Batch<T> {
    const selected: WatchEvent<T>[] = [];
    let end: WatchEvent<T> | undefined;
    for (const event of batch) {
      end = this.selectOne(event);
      if (end !== undefined) selected.push(end);
      if (event.type === WatchEventType.Bookmark && event.initialListEnd === true) this.isInitial = false;
    }
    const last = batch.at(-1);
    if (end !== undefined || last === undefined) return selected;
    if (!this.isInitial) return [...selected, { type: WatchEventType.Bookmark, revision: last.revision }];
    return selected.length > 0 ? selected : signOfLife(last);
  }

  private selectOne(event: WatchEvent<T>): WatchEvent<T> | undefined {
    const { rule } = this;
    switch (event.type) {
      case WatchEventType.Added:
        return rule.matches(event.new.value) ? event : this.absence(event, event.new);
      case WatchEventType.Modified:
        return this.selectModified(event);
      case WatchEventType.Deleted:
        return 'value' in event.old && !rule.matches(event.old.value) ? this.absence(event, event.old) : event;
      case WatchEventType.Error:
        rule.doubt(event.error);
        return event;
      default:
        return event;
    }
  }

  private selectModified(event: ModifiedEvent<T>): WatchEvent<T> | undefined {
    const { revision, old, new: current } = event;
    const { rule } = this;
    if (rule.matches(current.value)) {
      return old === undefined || rule.matches(old.value) ? event : { type: WatchEventType.Added, revision, new: current };
    }
    // Where the datastore does not tell the state before, it may have counted: deleting what is not there changes nothing.
    if (old === undefined) return gone(event, current);
    return rule.matches(old.value) ? { type: WatchEventType.Deleted, revision, old } : this.absence(event, current);
  }

  /** An object that did not count and does not. */
  private absence(event: WatchEvent<T>, { key }: Pick<KVPair<T>, 'key'>): WatchEvent<T> | undefined {
    return this.rule.isDoubtful(key) ? gone(event, { key }) : undefined;
  }
}

function gone<T>({ revision }: Pick<WatchEvent<T>, 'revision'>, { key }: Pick<KVPair<T>, 'key'>): DeletedEvent<T> {
  return { type: WatchEventType.Deleted, revision, old: { key } };
}

/**
 * Nothing of a part of the initial list counts. Silence could be taken for a dead connection, and a bookmark would say that everything
 * up to its revision was told: so one of the objects is told as what it is to this watch, not there.
 */
function signOfLife<T>(event: WatchEvent<T>): Batch<T> {
  if ('new' in event) return [gone(event, event.new)];
  return 'old' in event ? [gone(event, event.old)] : [];
}
