/**
 * The states of a memory datastore, one after the other: where a write is decided, committed and told, in this order. Everything that
 * depends on a commit hangs on here: the history, the times to live, the watches.
 */
import type { Key } from '../../model/key.js';
import type { ListRequest } from '../../model/list-options.js';
import type { Revision } from '../../model/revision.js';
import { WatchEventType, type WatchEvent } from '../../model/watch.js';
import { emptyTree } from '../../store/object-tree.js';
import { amend } from '../../store/root.js';
import type { Selector } from '../../store/selector.js';
import { openTransaction } from '../../store/transact.js';
import { History, parseRevision, type MemoryState } from './history.js';
import { Leases } from './leases.js';
import type { MemorySettings } from './memory-options.js';
import { MemoryWatch } from './memory-watch.js';
import type { OperationContext } from './operations.js';

/** What a write came to, and the revision it is at. */
export interface Written<R> {
  readonly result: R;
  readonly revision: Revision;
}

export class Versions<V> {
  private readonly settings: MemorySettings;
  private readonly history: History<V>;
  private readonly leases: Leases;
  private readonly watches = new Set<MemoryWatch<V>>();

  constructor(settings: MemorySettings) {
    this.settings = settings;
    const initial: MemoryState<V> = { revision: 1, objects: emptyTree(), malformed: emptyTree() };
    this.history = new History(Object.freeze(initial), settings.clock.now(), settings.history);
    this.leases = new Leases(settings.clock, (key) => this.write(({ objects }) => objects.delete(key)));
  }

  get head(): MemoryState<V> {
    return this.history.head;
  }

  /** The oldest revision that can still be read. */
  get compacted(): number {
    return this.history.compacted;
  }

  /** Decides, commits and tells; when `decide` throws, nothing has happened. What changes nothing has no revision of its own. */
  write<R>(decide: (context: OperationContext<V>) => R): Written<R> {
    const before = this.head;
    const revision = before.revision + 1;
    const notices: WatchEvent<V>[] = [];
    const malformed = openTransaction(before.malformed);
    const objects = openTransaction(before.objects);
    const result = decide({
      objects: objects.draft,
      malformed: malformed.draft,
      before,
      revision: String(revision),
      uid: `${this.settings.storeId}.${revision}`,
      limits: this.settings.valueLimits,
      notify: (notice) => void notices.push(notice),
    });
    const { after, changes } = objects.commit();
    if (changes.length === 0 && notices.length === 0) return { result, revision: String(before.revision) };
    const next: MemoryState<V> = { revision, objects: after, malformed: malformed.commit().after };
    const state = amend(before, (draft) => void Object.assign(draft, next));
    const told = new Set<Key | undefined>();
    for (const notice of notices) if (notice.type === WatchEventType.Error) told.add(notice.error.key);
    this.history.append({ state, at: this.settings.clock.now(), changes, notices, told });
    for (const { key, after: object } of changes) this.leases.renew(key, object?.ttl);
    for (const watch of this.watches) watch.wake();
    return { result, revision: String(revision) };
  }

  /**
   * The state at `revision`; the latest without one, and where an older one will do.
   *
   * @throws RevisionCompactedError, RevisionTooNewError, ValidationError
   */
  stateAt(revision: Revision | undefined, match: ListRequest['revisionMatch'] = 'exact'): MemoryState<V> {
    this.history.trim(this.settings.clock.now());
    if (revision === undefined) return this.head;
    const wanted = parseRevision(revision);
    return this.history.at(match === 'exact' ? wanted : Math.max(wanted, this.head.revision));
  }

  /** Forgets everything before `revision`; watches that stand there are told. */
  compact(revision: Revision): void {
    this.history.compact(parseRevision(revision));
    for (const watch of this.watches) watch.wake();
  }

  /** Watches what happens after the revision `after`; with `initial`, which is the state of it, the objects first. */
  watch(selector: Selector, after: number, initial: MemoryState<V> | undefined, signal: AbortSignal | undefined): MemoryWatch<V> {
    const { maxBatch, bookmarkInterval, clock } = this.settings;
    const stop = (): void => void watch.stop();
    const onEnd = (ended: MemoryWatch<V>): void => {
      this.watches.delete(ended);
      signal?.removeEventListener('abort', stop);
    };
    const { history } = this;
    const watch = new MemoryWatch<V>({ history, selector, after, initial, maxBatch, bookmarkInterval, clock, onEnd });
    signal?.addEventListener('abort', stop);
    this.watches.add(watch);
    return watch;
  }

  /** No time to live runs out any more, and every watch ends. */
  close(): void {
    this.leases.clear();
    for (const watch of this.watches) watch.close();
  }
}
