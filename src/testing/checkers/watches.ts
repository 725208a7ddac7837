/** C7: what a watch of a datastore brings, as R3 to R8 have it. Those of declared mirrors may go over bad lines, and are not judged. */
import type { Key } from '../../model/key.js';
import { WatchEventType } from '../../model/watch.js';
import type { HistoryRecord, ReceivedEvent, WatchReceivedRecord } from '../history/record.js';
import { Judge } from './checker.js';
import type { Request } from './lines.js';
import { isToldByKey } from './selection.js';
import type { World } from './world.js';

/** How far a watch has come. */
interface Stream {
  last: string | undefined;
  /** Whether `last` was a bookmark's, up to which nothing may come any more. */
  isBookmarked: boolean;
  lastSeq: number;
  /** The position up to which everything has come; undefined where it began is not known. */
  position: number | undefined;
}

class WatchGuarantees extends Judge {
  private readonly streams = new Map<number, Stream>();

  protected look(record: HistoryRecord): void {
    if (record.kind === 'watch.requested') {
      const { request, initialList, revision } = record;
      if (this.world.audience.mirrorOf(record.actor).declared !== undefined) return;
      const last = initialList === true ? undefined : revision;
      this.streams.set(request, { last, isBookmarked: true, lastSeq: record.seq, position: undefined });
      if (last !== undefined) this.world.truth.when(last, () => this.begin(request, last));
    }
    if (record.kind === 'watch.ended') this.streams.delete(record.request);
    if (record.kind === 'watch.received') this.receive(record);
  }

  private begin(request: number, revision: string): void {
    const stream = this.streams.get(request);
    if (stream !== undefined) stream.position = this.world.truth.positionsOf(revision)[0];
  }

  private receive(record: WatchReceivedRecord): void {
    const stream = this.streams.get(record.request);
    const request = this.world.lines.request(record.request);
    if (stream === undefined || request === undefined) return;
    const end = record.events.findLastIndex(({ initialListEnd }) => initialListEnd === true);
    const boundary = record.events[end];
    if (request.pages?.isComplete === false) return; // the list that it begins with has no order
    if (boundary !== undefined) {
      Object.assign(stream, { last: boundary.revision, isBookmarked: true, lastSeq: record.seq } satisfies Partial<Stream>);
      this.world.truth.when(boundary.revision, () => this.begin(record.request, boundary.revision));
    }
    const events = record.events.slice(end + 1);
    this.judgeOrder(record, stream, events);
    const last = events.at(-1);
    if (last !== undefined && isToldByKey(request.list))
      this.world.truth.when(last.revision, () => this.judgeCompleteness(record, request, stream, events, last.revision));
  }

  private judgeOrder(record: WatchReceivedRecord, stream: Stream, events: readonly ReceivedEvent[]): void {
    const before = { ...stream };
    for (const { type, revision, key } of events) {
      const isBookmark = type === WatchEventType.Bookmark;
      const order = stream.last === undefined ? 1 : this.world.truth.compare(revision, stream.last);
      if (order === undefined) continue;
      this.expect(
        order >= 0,
        record,
        () =>
          `${isBookmark ? 'a bookmark' : key} came at revision ${revision}, after revision ${stream.last}: revisions never decrease along a watch`,
      );
      const ownBatch = stream.last === before.last && order === 0 && !isBookmark; // its revision had come with an earlier batch
      this.expect(
        !ownBatch,
        record,
        () =>
          `${key} came at revision ${revision}, up to which record ${before.lastSeq} ${before.isBookmarked ? 'had promised that everything had come' : 'had brought everything'}`,
      );
      if (order < 0) continue;
      stream.last = revision;
      stream.isBookmarked = isBookmark;
      stream.lastSeq = record.seq;
    }
    const twice = new Set<string>();
    for (const { type, revision, key } of events) {
      if (type === WatchEventType.Bookmark || key === undefined) continue;
      const name = `${key} ${revision}`;
      this.expect(!twice.has(name), record, () => `${key} came twice at revision ${revision}`);
      twice.add(name);
    }
  }

  /** Every write between the last batch and this one that the watch selects has come, as it was. */
  private judgeCompleteness(
    record: WatchReceivedRecord,
    { list }: Request,
    stream: Stream,
    events: readonly ReceivedEvent[],
    last: string,
  ): void {
    const { truth } = this.world;
    if (!truth.isKnown) return;
    const from = stream.position;
    const to = truth.positionsOf(last).find((position) => position >= (from ?? 0));
    if (to === undefined) return;
    stream.position = to;
    if (from === undefined) return;
    const view = truth.viewOf(list);
    const came = new Map(
      events.flatMap((event) => (event.key === undefined ? [] : [[`${event.key} ${event.revision}`, event] as const])),
    );
    for (let position = from + 1; position <= to; position++) {
      for (const key of truth.changedAt(position)) {
        if (!view.covers(key) || view.excluded.includes(key) || !this.isVisible(key, position)) continue;
        const version = truth.at(key, position);
        const event = came.get(`${key} ${truth.revisionAt(position)}`);
        const isSame =
          event !== undefined &&
          (event.type === WatchEventType.Deleted) === (version?.hash === null) &&
          (event.hash ?? null) === (version?.hash ?? null);
        this.expect(
          isSame,
          record,
          () =>
            `revision ${truth.revisionAt(position)} ${version?.hash === null ? 'deleted' : 'wrote'} ${key}, and this batch, which goes up to revision ${last}, ${event === undefined ? 'does not tell of it' : 'tells something else of it'}`,
        );
      }
    }
  }

  /** Whether there was or is something at `key`. */
  private isVisible(key: Key, position: number): boolean {
    const { truth } = this.world;
    return [position - 1, position].some((place) => (truth.at(key, place)?.hash ?? null) !== null);
  }
}

export function watchGuarantees(world: World): Judge {
  return new WatchGuarantees(
    'C7',
    'A watch is ordered, tells nothing twice, misses nothing, tears no revision, and keeps its bookmarks.',
    world,
  );
}
