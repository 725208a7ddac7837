/** S1, S2, S4 and S10: what a consumer is told of the status, and when. */
import { SyncStatus } from '../../model/status.js';
import type { HistoryRecord, StatusRecord } from '../history/record.js';
import { Judge } from './checker.js';
import type { Consumer } from './consumers.js';
import { Pace } from './lag.js';
import { showList } from './selection.js';
import type { World } from './world.js';

class EveryTypeListed extends Judge {
  private readonly losses = new Map<string, number>();
  private readonly wasInSync = new Set<string>();

  protected look(record: HistoryRecord): void {
    if (record.kind !== 'status') return;
    const { actor, status } = record;
    if (status === SyncStatus.WaitForDatastore && this.wasInSync.delete(actor))
      this.losses.set(actor, (this.losses.get(actor) ?? 0) + 1);
    if (status !== SyncStatus.InSync) return;
    this.wasInSync.add(actor);
    const mirror = this.world.audience.mirrorOf(actor);
    const wanted = 1 + (this.losses.get(actor) ?? 0);
    for (const { name, list } of mirror.types.values()) {
      const answers = this.world.progress.of(mirror.actor, name)?.answers ?? 0;
      this.expect(
        answers >= wanted,
        record,
        () =>
          `in sync, but ${showList(list)} was completely listed ${answers} times so far and the datastore was lost ${wanted - 1} times: each time needs a list`,
      );
    }
  }
}

class StatusOrder extends Judge {
  private readonly last = new Map<string, StatusRecord>();

  protected look(record: HistoryRecord): void {
    if (record.kind !== 'status' && record.kind !== 'updates') return;
    const { actor } = record;
    const before = this.last.get(actor);
    const since = before === undefined ? 'there was no status before' : `record ${before.seq} had said ${before.status}`;
    if (record.kind === 'updates') {
      const isIteration = before === undefined && this.world.audience.mirrorOf(actor).actor !== actor; // which is told updates only
      if (!isIteration)
        this.expect(
          before !== undefined && before.status !== SyncStatus.WaitForDatastore,
          record,
          () => `updates while waiting for the datastore: ${since}`,
        );
      return;
    }
    const { status } = record;
    const isInOrder =
      before === undefined
        ? status === SyncStatus.WaitForDatastore
        : status !== before.status && !(status === SyncStatus.InSync && before.status === SyncStatus.WaitForDatastore);
    this.expect(isInOrder, record, () => `the status is ${status}, but ${since}: the order is wait, resync, in sync`);
    this.last.set(actor, record);
  }
}

interface Withdrawn {
  readonly by: StatusRecord;
  /** How many lists had been asked for when the mirror was in sync. */
  readonly lists: number;
  /** How long nobody had answered. */
  readonly silence: number;
}

class CutIsNoRegress extends Judge {
  private readonly pace: Pace;
  private readonly lists = new Map<string, number>();
  private readonly listsInSync = new Map<string, number>();
  private readonly contact = new Map<string, number>();
  private readonly withdrawn = new Map<string, Withdrawn>();

  constructor(id: string, promise: string, world: World) {
    super(id, promise, world);
    this.pace = new Pace(world);
  }

  protected look(record: HistoryRecord): void {
    this.pace.take(record);
    const { audience } = this.world;
    const mirror = audience.mirrorOf(record.actor);
    const { actor } = mirror;
    switch (record.kind) {
      case 'list.requested':
        return this.noteList(actor);
      case 'watch.requested':
        return record.initialList === true ? this.noteList(actor) : undefined;
      case 'list.answered':
      case 'watch.opened':
      case 'watch.received':
        return void this.contact.set(actor, record.at);
      case 'watch.ended': // refused with a word of its own, the datastore has answered
      case 'list.failed':
        return record.code === 'datastore-unavailable' ? undefined : void this.contact.set(actor, record.at);
      case 'status':
        return actor === record.actor ? this.judge(record, mirror.declared?.watchRetryTimeout) : undefined;
      default:
    }
  }

  private noteList(actor: string): void {
    this.lists.set(actor, (this.lists.get(actor) ?? 0) + 1);
  }

  private judge(record: StatusRecord, retryTimeout: number | undefined): void {
    const { actor, status } = record;
    if (this.pace.isBehind(actor)) {
      // What it is told now may have been so before the last list.
      this.listsInSync.delete(actor);
      this.withdrawn.delete(actor);
      return;
    }
    const before = this.withdrawn.get(actor);
    const lists = this.lists.get(actor) ?? 0;
    if (status !== SyncStatus.InSync) {
      const inSync = this.listsInSync.get(actor);
      if (before !== undefined || inSync === undefined) return;
      this.withdrawn.set(actor, { by: record, lists: inSync, silence: record.at - (this.contact.get(actor) ?? 0) });
      return;
    }
    this.listsInSync.set(actor, lists);
    this.withdrawn.delete(actor);
    if (before === undefined) return;
    const wasLost = before.by.status === SyncStatus.WaitForDatastore && before.silence + 1 >= (retryTimeout ?? 0);
    this.expect(
      lists > before.lists || wasLost,
      record,
      () =>
        `record ${before.by.seq} withdrew "in sync" and this one gives it back, but nothing was listed in between: a cut that heals withdraws nothing`,
    );
  }
}

class DeletesOnDisconnect extends Judge {
  private readonly told = new Set<string>();

  protected look(record: HistoryRecord): void {
    if (record.kind !== 'status') return;
    const { actor, status } = record;
    const consumer = this.world.audience.consumers.get(actor);
    if (status !== SyncStatus.WaitForDatastore || consumer === undefined) return void this.told.add(actor);
    if (this.told.has(actor)) this.judge(record, consumer);
  }

  private judge(record: StatusRecord, consumer: Consumer): void {
    for (const type of consumer.mirror.types.values()) {
      if (type.deletesOnDisconnect !== true || !type.isPlain) continue;
      const [first] = consumer.keysOf(type);
      this.expect(
        first === undefined,
        record,
        () => `the datastore counts as lost, and ${first} of ${showList(type.list)} has not been told as deleted before`,
      );
    }
  }
}

export function everyTypeListed(world: World): Judge {
  return new EveryTypeListed('S1', 'In sync only when every type has been listed completely.', world);
}

export function statusOrder(world: World): Judge {
  return new StatusOrder(
    'S2',
    'The order is wait, resync, in sync; no two equal statuses in a row, and no updates while waiting.',
    world,
  );
}

export function cutIsNoRegress(world: World): Judge {
  return new CutIsNoRegress('S4', 'A cut that heals does not withdraw "in sync".', world);
}

export function deletesOnDisconnect(world: World): Judge {
  return new DeletesOnDisconnect(
    'S10',
    'A type that deletes on disconnect has been told as deleted when the datastore counts as lost.',
    world,
  );
}
