/**
 * What each mirror knows of its datastore: up to where it was told everything, and what it was told of each key. Lists that are older
 * than what was told before count only when the mirror goes on from them.
 */
import type { Key } from '../../model/key.js';
import type { Revision } from '../../model/revision.js';
import { WatchEventType } from '../../model/watch.js';
import type { HistoryRecord, ListedItem, ReceivedEvent, WatchReceivedRecord, WatchRequestedRecord } from '../history/record.js';
import type { CompletedList, Lines } from './lines.js';
import { nameOfList } from './selection.js';
import type { TruthLog } from './truth-log.js';

/** One list of one mirror. */
export interface Progress {
  /** Up to where everything was told. */
  applied: Revision | undefined;
  /** The last bookmark since the last list. */
  bookmark: Revision | undefined;
  /** What was told of each key that is there. */
  held: Map<Key, ListedItem>;
  /** Raw keys of entries that cannot be read, and keys of which it is not known what is to be shown. */
  unreadable: Set<string>;
  /** Keys that events have told of since the last list. */
  touched: Set<Key>;
  /** A list that is older than `applied`, and what came of it is not known yet. */
  stale: CompletedList | undefined;
  /** How many of them came in a row. */
  staleInRow: number;
  /** The last list that was older than `applied`, with what was applied then, until a list is taken. */
  refused:
    | { readonly applied: Revision | undefined; readonly inRow: number; readonly isIdentified: boolean; readonly seq: number }
    | undefined;
  /** The record by which the mirror went on from a list that was older. */
  accepted: number | undefined;
  storeId: string | undefined;
  /** How many complete lists there were, and answers that the API is missing. */
  answers: number;
}

/** The requests of a line are judged with what was known before them. */
export class ProgressLog {
  private readonly truth: TruthLog;
  private readonly lines: Lines;
  private readonly known = new Map<string, Progress>();

  constructor(truth: TruthLog, lines: Lines) {
    this.truth = truth;
    this.lines = lines;
  }

  of(actor: string, list: string): Progress | undefined {
    return this.known.get(`${actor} ${list}`);
  }

  /** Takes in a record, after the lines have. */
  take(record: HistoryRecord): void {
    const { completed } = this.lines;
    if (completed !== undefined) this.list(completed, record.seq);
    if (record.kind === 'watch.received') this.receive(record);
    if (record.kind === 'watch.requested' && record.initialList !== true) this.resume(record);
    if (record.kind === 'list.failed' || record.kind === 'watch.ended') {
      const request = this.lines.request(record.request);
      if (request !== undefined && record.code === 'api-missing') this.open(request.actor, nameOfList(request.list)).answers++;
    }
  }

  /** Whether the mirror goes on from a list that was older, or has refused it. */
  private resume({ actor, list, revision, seq }: WatchRequestedRecord): void {
    const progress = this.of(actor, nameOfList(list));
    const stale = progress?.stale;
    if (progress === undefined || stale === undefined || stale.revision !== revision) return;
    this.accept(progress, stale);
    progress.accepted = seq;
  }

  private list(list: CompletedList, seq: number): void {
    const progress = this.open(list.actor, nameOfList(list.list));
    progress.answers++;
    const { revision, storeId } = list;
    const isOther = storeId !== undefined && progress.storeId !== undefined && storeId !== progress.storeId;
    const isOlder =
      revision !== undefined && progress.applied !== undefined && (this.truth.compare(revision, progress.applied) ?? 0) < 0;
    if (!isOlder || isOther) {
      progress.refused = undefined;
      return this.accept(progress, list);
    }
    progress.stale = list;
    progress.staleInRow++;
    const isIdentified = storeId !== undefined && progress.storeId !== undefined;
    progress.refused = { applied: progress.applied, inRow: progress.staleInRow, isIdentified, seq };
  }

  private accept(progress: Progress, { revision, storeId, items, malformed }: CompletedList): void {
    progress.applied = revision === '' || revision === '0' ? undefined : revision;
    progress.bookmark = undefined;
    progress.held = items;
    progress.unreadable = malformed;
    progress.touched = new Set();
    progress.stale = undefined;
    progress.staleInRow = 0;
    progress.storeId = storeId;
  }

  private receive({ request: number, events }: WatchReceivedRecord): void {
    const request = this.lines.request(number);
    if (request === undefined || request.state === 'over') return;
    if (request.pages?.isComplete === false) return;
    const progress = this.of(request.actor, nameOfList(request.list));
    if (progress === undefined) return;
    const end = events.findLastIndex(({ initialListEnd }) => initialListEnd === true);
    const before = progress.applied;
    for (const event of events.slice(end + 1)) {
      const order = before === undefined ? 1 : (this.truth.compare(event.revision, before) ?? 1);
      if (order < 0 || (order === 0 && event.type !== WatchEventType.Bookmark)) continue; // told before
      this.apply(progress, event);
    }
  }

  private apply(progress: Progress, event: ReceivedEvent): void {
    const { type, revision, key, hash, objectRevision, uid, rawKey } = event;
    progress.applied = revision;
    if (type === WatchEventType.Bookmark) progress.bookmark = revision;
    const { held, unreadable } = progress;
    if (type === WatchEventType.Error) unreadable.add(key ?? rawKey ?? '');
    if (type === WatchEventType.Mended && rawKey !== undefined) unreadable.delete(rawKey);
    if (key === undefined) return;
    progress.touched.add(key);
    if (type === WatchEventType.Deleted) held.delete(key);
    if (type !== WatchEventType.Added && type !== WatchEventType.Modified) return;
    held.set(key, {
      key,
      hash: hash ?? '',
      ...(objectRevision === undefined ? {} : { revision: objectRevision }),
      ...(uid === undefined ? {} : { uid }),
    });
  }

  private open(actor: string, list: string): Progress {
    const name = `${actor} ${list}`;
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const progress: Progress = {
      applied: undefined,
      bookmark: undefined,
      held: new Map(),
      unreadable: new Set(),
      touched: new Set(),
      stale: undefined,
      staleInRow: 0,
      refused: undefined,
      accepted: undefined,
      storeId: undefined,
      answers: 0,
    };
    this.known.set(name, progress);
    return progress;
  }
}
