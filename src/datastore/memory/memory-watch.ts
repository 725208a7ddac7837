/**
 * A watch of a memory datastore: a position in the history, and nothing else.
 *
 * There is no buffer to overflow. A watch that is read slowly finds more in its next batch; one that falls behind the history is told
 * that its revision is compacted, as a datastore would.
 */
import { ClosedError, ValidationError, type ParseError } from '../../model/errors.js';
import type { KVPair } from '../../model/kv-pair.js';
import { WatchEventType, type Watch, type WatchEvent } from '../../model/watch.js';
import type { Clock } from '../../ports/clock.js';
import { scanSelected, type Selector } from '../../store/selector.js';
import type { Change } from '../../store/object-tree.js';
import type { History, LogEntry, MemoryState } from './history.js';

/** What a watch is given by its datastore. */
export interface MemoryWatchOptions<V> {
  readonly history: History<V>;
  readonly selector: Selector;
  /** Report what happened after this revision. */
  readonly after: number;
  /** Begin with the objects of this state, which is that of `after`. */
  readonly initial: MemoryState<V> | undefined;
  readonly maxBatch: number;
  readonly bookmarkInterval: number;
  readonly clock: Clock;
  readonly onEnd: (watch: MemoryWatch<V>) => void;
}

export class MemoryWatch<V> implements Watch<V> {
  private readonly options: MemoryWatchOptions<V>;
  private cursor: number;
  private bookmarkDue: number;
  private state: 'open' | 'closed' | 'ended' = 'open';
  private isIterated = false;
  private wakeUp: (() => void) | undefined;

  constructor(options: MemoryWatchOptions<V>) {
    this.options = options;
    this.cursor = options.after;
    this.bookmarkDue = options.clock.now() + options.bookmarkInterval;
  }

  get hasTerminated(): boolean {
    return this.state === 'ended';
  }

  stop(): Promise<void> {
    this.end();
    this.wake();
    return Promise.resolve();
  }

  /** The datastore is closed: the iteration ends with an error. */
  close(): void {
    this.state = 'closed';
    this.wake();
  }

  /** There may be something new. */
  wake(): void {
    this.wakeUp?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly WatchEvent<V>[]> {
    if (this.isIterated) throw new ValidationError('A watch can be iterated once; open another one.', { field: 'watch' });
    this.isIterated = true;
    return this.run();
  }

  private async *run(): AsyncGenerator<readonly WatchEvent<V>[], void, undefined> {
    try {
      if (this.options.initial !== undefined) {
        for (const batch of initialBatches(this.options.initial, this.options)) {
          if (this.state !== 'open') break;
          yield batch;
        }
      }
      for (;;) {
        if (this.state === 'closed') throw new ClosedError('The datastore has been closed, which ends its watches.');
        if (this.state !== 'open') return;
        const batch = this.nextBatch() ?? this.bookmark();
        if (batch !== undefined) yield batch;
        else await this.idle();
      }
    } finally {
      this.end();
    }
  }

  /** What has happened since the last batch: whole revisions, as many as fit. Undefined when there is nothing that matches. */
  private nextBatch(): readonly WatchEvent<V>[] | undefined {
    const batch: WatchEvent<V>[] = [];
    const { history, selector, maxBatch } = this.options;
    for (let entry = history.after(this.cursor); entry !== undefined; entry = history.after(this.cursor)) {
      const events = eventsOf(entry, selector);
      if (batch.length > 0 && batch.length + events.length > maxBatch) break;
      batch.push(...events);
      this.cursor = entry.state.revision;
    }
    if (batch.length === 0) return undefined;
    this.postponeBookmark();
    return batch;
  }

  private bookmark(): readonly WatchEvent<V>[] | undefined {
    if (this.options.clock.now() < this.bookmarkDue) return undefined;
    this.postponeBookmark();
    return [{ type: WatchEventType.Bookmark, revision: String(this.cursor) }];
  }

  private postponeBookmark(): void {
    this.bookmarkDue = this.options.clock.now() + this.options.bookmarkInterval;
  }

  private async idle(): Promise<void> {
    const { clock } = this.options;
    await new Promise<void>((resolve) => {
      const timer = clock.setTimeout(resolve, this.bookmarkDue - clock.now());
      this.wakeUp = () => {
        clock.clearTimeout(timer);
        resolve();
      };
    });
    this.wakeUp = undefined;
  }

  private end(): void {
    this.state = 'ended';
    this.options.onEnd(this);
  }
}

function* initialBatches<V>(
  state: MemoryState<V>,
  { selector, maxBatch }: MemoryWatchOptions<V>,
): Generator<readonly WatchEvent<V>[]> {
  const revision = String(state.revision);
  const added: WatchEvent<V>[] = [];
  scanSelected(state.objects, selector, (pair) => void added.push({ type: WatchEventType.Added, revision, new: pair }));
  for (const error of malformedOf(state, selector)) added.push({ type: WatchEventType.Error, revision, error });
  for (let first = 0; first < added.length; first += maxBatch) yield added.slice(first, first + maxBatch);
  yield [{ type: WatchEventType.Bookmark, revision, initialListEnd: true }];
}

/** The entries that cannot be read and may be about what is selected. One whose key is unknown may be about anything. */
export function malformedOf<V>(state: MemoryState<V>, selector: Selector): readonly ParseError[] {
  const found: ParseError[] = [];
  for (const [, error] of state.malformed) if (concerns(error, selector)) found.push(error);
  return found;
}

function eventsOf<V>(entry: LogEntry<V>, selector: Selector): readonly WatchEvent<V>[] {
  const revision = String(entry.state.revision);
  const events: WatchEvent<V>[] = [];
  for (const change of entry.changes) {
    if (entry.told.has(change.key)) continue;
    const event = eventOf(change, revision, selector);
    if (event !== undefined) events.push(event);
  }
  for (const notice of entry.notices) {
    if (isNoticeSelected(notice, selector) && !isReadableAgain(notice, entry, selector)) events.push(notice);
  }
  return events;
}

/** An object that begins or ceases to match is Added or Deleted for this watch (the semantics of Kubernetes' watches). */
function eventOf<V>({ key, before, after }: Change<KVPair<V>>, revision: string, selector: Selector): WatchEvent<V> | undefined {
  const old = before !== undefined && selector.matches(key, before.value) ? before : undefined;
  const now = after !== undefined && selector.matches(key, after.value) ? after : undefined;
  if (now === undefined) return old && { type: WatchEventType.Deleted, revision, old };
  if (old === undefined) return { type: WatchEventType.Added, revision, new: now };
  return { type: WatchEventType.Modified, revision, old, new: now };
}

function isNoticeSelected<V>(notice: WatchEvent<V>, selector: Selector): boolean {
  if (notice.type === WatchEventType.Error) return concerns(notice.error, selector);
  if (notice.type === WatchEventType.Deleted) return selector.matchesKey(notice.old.key);
  return true;
}

/** Whether what is gone is there again, in a state that this watch is told of anyway. */
function isReadableAgain<V>(notice: WatchEvent<V>, { state }: LogEntry<V>, selector: Selector): boolean {
  if (notice.type !== WatchEventType.Deleted) return false;
  const now = state.objects.get(notice.old.key);
  return now !== undefined && selector.matches(now.key, now.value);
}

function concerns(error: ParseError, selector: Selector): boolean {
  return error.key === undefined || selector.matchesKey(error.key);
}
