/** Reads a watch batch by batch: gathers the list that it may begin with, and lets nothing through that was told before. */
import { ValidationError, type ParseError } from '../model/errors.js';
import type { ListWatchClient } from '../model/client.js';
import type { Key } from '../model/key.js';
import type { KVPair, KVPairList } from '../model/kv-pair.js';
import type { Revision } from '../model/revision.js';
import { WatchEventType, type WatchEvent } from '../model/watch.js';
import { isOlder } from '../policy/judge-list.js';

/** What a batch turns out to bring: a part of the initial list, its end, or changes. */
export type WatchStep<V> =
  | { readonly kind: 'progress' }
  | { readonly kind: 'list'; readonly list: KVPairList<V> }
  | { readonly kind: 'changes'; readonly revision: Revision; readonly events: readonly WatchEvent<V>[] };

/** Follows one watch from its beginning. */
export class WatchReader<V> {
  private initial: InitialList<V> | undefined;
  private readonly filter: ReplayFilter<V>;

  /** @param after the revision that the watch begins after; undefined when it begins with the list. */
  constructor(client: ListWatchClient<V>, after: Revision | undefined, initialList: boolean) {
    this.initial = initialList ? new InitialList() : undefined;
    this.filter = new ReplayFilter(client, after);
  }

  /** How many events were not let through, because they had been told before. */
  get replayed(): number {
    return this.filter.replayed;
  }

  /**
   * Takes in a batch.
   *
   * @throws ValidationError when an event is not what an event must be: what it would have said is not known, so the watch cannot go on.
   */
  *take(batch: readonly WatchEvent<V>[]): Generator<WatchStep<V>> {
    batch.forEach(checkEvent);
    const gathered = this.initial?.add(batch);
    if (this.initial !== undefined && gathered === undefined) return yield { kind: 'progress' };
    if (gathered !== undefined) {
      this.initial = undefined;
      this.filter.startAfter(gathered.revision);
      yield { kind: 'list', list: gathered.list };
    }
    const events = this.filter.pass(gathered?.rest ?? batch);
    const last = events.at(-1);
    if (last !== undefined) yield { kind: 'changes', revision: last.revision, events };
  }
}

interface Gathered<V> {
  readonly list: KVPairList<V>;
  readonly revision: Revision;
  /** What came after the list in the same batch. */
  readonly rest: readonly WatchEvent<V>[];
}

/** The list that a watch begins with, while it is arriving. */
class InitialList<V> {
  private readonly items = new Map<Key, KVPair<V>>();
  private readonly malformed = new Map<string, ParseError>();

  add(events: readonly WatchEvent<V>[]): Gathered<V> | undefined {
    for (const [index, event] of events.entries()) {
      if (event.type === WatchEventType.Bookmark && event.initialListEnd === true) {
        const { revision } = event;
        const list = { items: [...this.items.values()], malformed: [...this.malformed.values()], revision };
        return { list, revision, rest: events.slice(index + 1) };
      }
      this.apply(event);
    }
    return undefined;
  }

  private apply(event: WatchEvent<V>): void {
    switch (event.type) {
      case WatchEventType.Added:
      case WatchEventType.Modified:
        this.items.set(event.new.key, event.new);
        this.malformed.delete(event.new.key);
        break;
      case WatchEventType.Deleted:
        this.items.delete(event.old.key);
        this.malformed.delete(event.old.key);
        break;
      case WatchEventType.Error:
        this.malformed.set(event.error.rawKey, event.error);
        break;
      case WatchEventType.Mended:
        this.malformed.delete(event.rawKey);
        break;
      case WatchEventType.Bookmark: // One that does not end the list says nothing about it.
    }
  }
}

/** Lets each revision through once, and none that is older than the last. */
class ReplayFilter<V> {
  replayed = 0;
  private readonly compare: ((a: Revision, b: Revision) => number) | undefined;
  private last: Revision | undefined;

  constructor(client: ListWatchClient<V>, after: Revision | undefined) {
    this.compare = client.compareRevisions?.bind(client);
    this.last = after;
  }

  startAfter(revision: Revision): void {
    this.last = revision;
  }

  pass(events: readonly WatchEvent<V>[]): readonly WatchEvent<V>[] {
    const before = this.last;
    if (before === undefined) return events;
    const fresh = events.filter(({ type, revision }) => {
      if (revision === before) return type === WatchEventType.Bookmark;
      return this.compare === undefined || !isOlder(revision, before, this.compare);
    });
    this.replayed += events.length - fresh.length;
    this.last = fresh.at(-1)?.revision ?? before;
    return fresh;
  }
}

/** The member without which an event of a type says nothing. */
const needs = { ADDED: 'new', MODIFIED: 'new', DELETED: 'old', ERROR: 'error', BOOKMARK: 'revision', MENDED: 'rawKey' } as const;

function checkEvent<V>(event: WatchEvent<V>): void {
  const needed: string | undefined = Object.hasOwn(needs, event.type) ? needs[event.type] : undefined;
  const member = needed === undefined ? undefined : (event as unknown as Readonly<Record<string, unknown>>)[needed]; // from outside
  const holds =
    needed === 'revision' || needed === 'rawKey' ? typeof member === 'string' : typeof member === 'object' && member !== null;
  if (holds && typeof event.revision === 'string' && event.revision !== '') return;
  throw new ValidationError(
    `The watch sent an event of type ${JSON.stringify(event.type)} without ${holds ? 'a revision' : `"${needed ?? 'a known type'}"`}.`,
    { field: 'event' },
  );
}
