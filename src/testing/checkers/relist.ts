/** R11: what a relist tells is the difference, with what was known last; who says how an object went has seen it. */
import type { Key } from '../../model/key.js';
import { UpdateType } from '../../model/update.js';
import { WatchEventType } from '../../model/watch.js';
import type { HistoryRecord, UpdatesRecord, WatchReceivedRecord } from '../history/record.js';
import { Judge } from './checker.js';
import type { Consumer, MirroredType, Told } from './consumers.js';
import type { CompletedList } from './lines.js';
import { nameOfList } from './selection.js';
import type { World } from './world.js';

/** In which complete lists of a type a key stood, counted from 1: all of them from `from` to `to`. */
interface Listed {
  from: number;
  to: number;
}

interface Lists {
  count: number;
  readonly keys: Map<Key, Listed>;
}

class ExactRelist extends Judge {
  private readonly lists = new Map<string, Lists>();
  private readonly removals = new Map<string, Set<string>>();

  protected look(record: HistoryRecord): void {
    const { completed } = this.world.lines;
    if (completed !== undefined) this.count(completed);
    if (record.kind === 'watch.received') this.noteRemovals(record);
    if (record.kind !== 'updates') return;
    const consumer = this.world.audience.consumers.get(record.actor);
    for (const told of consumer?.told ?? []) {
      this.judgePrevious(record, told);
      if (consumer !== undefined && told.type !== undefined && told.update.op === UpdateType.Deleted)
        this.judgeDeletion(record, consumer, told.type, told);
    }
  }

  /** What is said to have been there is what the consumer was given. */
  private judgePrevious(record: UpdatesRecord, { update: { op, key, previousHash, previousRevision }, before }: Told): void {
    if (op === UpdateType.New || before === undefined || previousHash === undefined) return;
    const isSame = previousHash === before.hash && previousRevision === before.revision;
    this.expect(
      isSame,
      record,
      () =>
        `${key} was told as ${op} with the previous hash ${previousHash} at revision ${previousRevision}, but record ${before.seq} had told ${before.hash} at ${before.revision}`,
    );
  }

  private judgeDeletion(record: UpdatesRecord, consumer: Consumer, type: MirroredType, { update, before }: Told): void {
    const { key, revision, finalStateUnknown = false } = update;
    const name = `${consumer.mirror.actor} ${type.name}`;
    const lists = this.lists.get(name);
    if (!finalStateUnknown) {
      const removals = this.removals.get(consumer.mirror.actor);
      if (removals === undefined || revision === undefined) return;
      this.expect(
        removals.has(`${key} ${revision}`),
        record,
        () =>
          `${key} was told as deleted at revision ${revision} with its final state known, but no watch has told of that deletion`,
      );
      return;
    }
    if (lists === undefined || consumer.mayBeEmpty(type)) return;
    const listed = lists.keys.get(key);
    const stoodInAll = listed !== undefined && listed.to === lists.count && listed.from === 1;
    this.expect(
      !stoodInAll,
      record,
      () =>
        `${key}, which the consumer has since record ${before?.seq}, was told as missing from a list, but it stands in every list that was complete`,
    );
  }

  private count({ actor, list, items }: CompletedList): void {
    const name = `${actor} ${nameOfList(list)}`;
    const lists = this.lists.get(name) ?? { count: 0, keys: new Map<Key, Listed>() };
    this.lists.set(name, lists);
    lists.count++;
    for (const key of items.keys()) {
      const listed = lists.keys.get(key);
      if (listed?.to === lists.count - 1) listed.to = lists.count;
      else lists.keys.set(key, { from: lists.count, to: lists.count });
    }
  }

  private noteRemovals({ actor, events }: WatchReceivedRecord): void {
    const { actor: mirror } = this.world.audience.mirrorOf(actor);
    const removals = this.removals.get(mirror) ?? new Set();
    this.removals.set(mirror, removals);
    for (const { type, key, revision } of events) {
      if (type === WatchEventType.Deleted || type === WatchEventType.Error) removals.add(`${key} ${revision}`);
    }
  }
}

export function exactRelist(world: World): Judge {
  return new ExactRelist(
    'R11',
    'A relist tells the difference: what vanished is told once, with what was known last, and nothing else.',
    world,
  );
}
