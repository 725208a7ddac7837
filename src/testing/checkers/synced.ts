/** S3, S8 and R14: what is told is complete when "in sync" is said, and when there is nothing left to say. */
import type { Key } from '../../model/key.js';
import { SyncStatus } from '../../model/status.js';
import type { HistoryRecord } from '../history/record.js';
import { Judge, type Place } from './checker.js';
import type { Consumer, MirroredType } from './consumers.js';
import { Pace } from './lag.js';
import type { CompletedList } from './lines.js';
import type { Progress } from './progress.js';
import { nameOfList, showList } from './selection.js';
import type { World } from './world.js';

/** Compares what consumers have with what their mirrors were told, where a consumer has had the time to be told. */
abstract class HeldJudge extends Judge {
  protected readonly pace: Pace;

  constructor(id: string, promise: string, world: World) {
    super(id, promise, world);
    this.pace = new Pace(world);
  }

  /** The types of a consumer of which it is known what its mirror holds. */
  protected *typesOf({ mirror }: Consumer): Generator<readonly [MirroredType, Progress]> {
    if (mirror.declared === undefined || mirror.stopping !== undefined || this.world.header.revisions !== 'integers') return;
    for (const type of mirror.types.values()) {
      const progress = this.world.progress.of(mirror.actor, type.name);
      if (type.isPlain && progress !== undefined && progress.stale === undefined && !mirror.missing.has(type.name))
        yield [type, progress];
    }
  }

  protected judgeKey(place: Place, { picture }: Consumer, key: Key, { held, unreadable }: Progress, when: string): void {
    if (unreadable.has(key)) return;
    const [item, shown] = [held.get(key), picture.get(key)];
    const isSame = item?.hash === shown?.hash && (item?.revision ?? shown?.revision) === (shown?.revision ?? item?.revision);
    this.expect(
      isSame,
      place,
      () => `${when} the mirror had been told ${stateOf(item)} of ${key}, and the consumer ${stateOf(shown)}`,
    );
  }
}

class FlushedFirst extends HeldJudge {
  protected look(record: HistoryRecord): void {
    this.pace.take(record);
    if (record.kind !== 'status' || record.status !== SyncStatus.InSync) return;
    const consumer = this.world.audience.consumers.get(record.actor);
    if (consumer === undefined || this.pace.isBehind(consumer.actor)) return;
    for (const [type, progress] of this.typesOf(consumer)) {
      for (const key of new Set([...progress.held.keys(), ...consumer.keysOf(type)]))
        if (!progress.touched.has(key)) this.judgeKey(record, consumer, key, progress, `when "in sync" was said,`);
    }
  }
}

class LastValue extends HeldJudge {
  /** Keys of which something was told since they were looked at, by mirror. */
  private readonly fresh = new Map<string, Set<Key>>();

  constructor(id: string, promise: string, world: World) {
    super(id, promise, world);
    world.onRecord((record) => {
      for (const consumer of this.pace.rested(record)) this.judge(record, consumer);
    });
  }

  protected look(record: HistoryRecord): void {
    this.pace.take(record);
    const { actor } = this.world.audience.mirrorOf(record.actor);
    const { completed } = this.world.lines;
    if (record.kind === 'watch.received')
      this.note(
        actor,
        record.events.flatMap(({ key }) => key ?? []),
      );
    if (completed !== undefined) this.note(actor, completed.items.keys());
    if (record.kind === 'updates')
      this.note(
        actor,
        record.updates.map(({ key }) => key),
      );
  }

  private note(actor: string, keys: Iterable<Key>): void {
    const fresh = this.fresh.get(actor) ?? new Set();
    this.fresh.set(actor, fresh);
    for (const key of keys) fresh.add(key);
  }

  private judge(place: Place, consumer: Consumer): void {
    const fresh = this.fresh.get(consumer.actor);
    if (fresh === undefined || fresh.size === 0 || consumer.status !== SyncStatus.InSync) return;
    for (const [type, progress] of this.typesOf(consumer)) {
      for (const key of fresh) {
        if (progress.held.has(key) || consumer.keysOf(type).has(key))
          this.judgeKey({ ...place, actor: consumer.actor }, consumer, key, progress, 'with nothing left to say,');
      }
    }
    fresh.clear();
  }
}

interface FirstList {
  readonly keys: Set<Key>;
  readonly seq: number;
}

class Synced extends Judge {
  private readonly firstLists = new Map<string, Map<string, FirstList>>();
  private readonly judged = new Set<string>();
  private readonly wasInSync = new Set<string>();
  private readonly synced = new Map<string, number>();

  protected look(record: HistoryRecord): void {
    const { completed } = this.world.lines;
    if (completed !== undefined) this.noteList(record, completed);
    if (record.kind === 'watch.received')
      this.forget(
        record.actor,
        record.events.flatMap(({ key }) => key ?? []),
      );
    if (record.kind === 'updates')
      this.forget(
        record.actor,
        record.updates.map(({ key }) => key),
      );
    if (record.kind === 'notice' && record.rawKey !== undefined) this.forget(record.actor, [record.rawKey]);
    if (record.kind === 'mirror.synced') this.judgeSynced(record);
    if (record.kind === 'status' && record.status === SyncStatus.InSync) this.judgeFirst(record);
  }

  private judgeSynced(record: HistoryRecord): void {
    const { actor } = record;
    const before = this.synced.get(actor);
    this.expect(before === undefined, record, () => `the first sync was announced again: record ${before} had announced it`);
    this.expect(
      this.wasInSync.has(actor),
      record,
      () => 'the first sync was announced, but no consumer has been told of "in sync"',
    );
    this.synced.set(actor, record.seq);
  }

  /** What the first list held, and nobody has spoken of since, must have been told when "in sync" is first said. */
  private judgeFirst(record: HistoryRecord): void {
    const { actor } = record;
    this.wasInSync.add(actor);
    if (this.judged.has(actor)) return;
    this.judged.add(actor);
    for (const [list, { keys, seq }] of this.firstLists.get(actor) ?? []) {
      const [key] = keys;
      this.expect(
        key === undefined,
        record,
        () => `in sync, but ${key}, which the list of record ${seq} (${list}) holds, has not been told`,
      );
    }
    this.firstLists.delete(actor);
  }

  private noteList({ actor, seq }: HistoryRecord, { list, items }: CompletedList): void {
    const mirror = this.world.audience.mirrorOf(actor);
    if (this.judged.has(mirror.actor) || mirror.types.get(nameOfList(list))?.isPlain !== true) return;
    const lists = this.firstLists.get(mirror.actor) ?? new Map<string, FirstList>();
    this.firstLists.set(mirror.actor, lists);
    if (!lists.has(showList(list))) lists.set(showList(list), { keys: new Set(items.keys()), seq });
  }

  private forget(actor: string, keys: readonly Key[]): void {
    const lists = this.firstLists.get(this.world.audience.mirrorOf(actor).actor);
    for (const list of lists?.values() ?? []) for (const key of keys) list.keys.delete(key);
  }
}

function stateOf(item: { readonly hash: string | null; readonly revision?: string | undefined } | undefined): string {
  return item === undefined ? 'that there is none' : `hash ${item.hash} at revision ${item.revision ?? 'unknown'}`;
}

export function flushedFirst(world: World): Judge {
  return new FlushedFirst(
    'S3',
    'Updates that precede a status are delivered before it: in sync, everything listed has been told, deletions too.',
    world,
  );
}

export function lastValue(world: World): Judge {
  return new LastValue('S8', 'What is folded together keeps the last state of each key.', world);
}

export function synced(world: World): Judge {
  return new Synced('R14', 'The first sync is announced once, after the first complete lists have been told.', world);
}
