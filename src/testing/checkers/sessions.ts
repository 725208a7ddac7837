/** C5: what one client sees from one operation to the next. */
import type { Key } from '../../model/key.js';
import type { CallBeganRecord, CallFailedRecord, CallReturnedRecord, HistoryRecord } from '../history/record.js';
import { CallJudge } from './call-judge.js';
import type { Judge } from './checker.js';
import type { World } from './world.js';

interface Seen {
  readonly revision: string;
  readonly seq: number;
}

/** What each actor saw of each key, and of the whole, by the time that an operation began. */
class Sessions extends CallJudge {
  private readonly keys = new Map<string, Seen>();
  private readonly whole = new Map<string, Seen>();
  private readonly floors = new Map<string, Seen | undefined>();

  protected override look(record: HistoryRecord): void {
    super.look(record);
    if (record.kind === 'list.requested' && record.continue === undefined && record.exact === undefined)
      this.floors.set(`list ${record.request}`, this.whole.get(record.actor));
    if (record.kind !== 'list.answered' || record.revision === undefined) return;
    const name = `list ${record.request}`;
    if (!this.floors.has(name) || this.world.audience.mirrorOf(record.actor).declared !== undefined) return;
    const floor = this.floors.get(name);
    this.floors.delete(name);
    this.judge(record, 'the list', record.revision, floor);
    this.see(this.whole, record.actor, { revision: record.revision, seq: record.seq });
  }

  protected override began({ call, actor, op, key, exact }: CallBeganRecord): void {
    if (op === 'get' && exact === undefined) this.floors.set(`call ${call}`, this.keys.get(`${actor} ${key}`));
  }

  protected override returned(record: CallReturnedRecord, began: CallBeganRecord): void {
    const { actor, op } = began;
    if (op === 'get' && began.exact === undefined) this.judgeGet(record, began);
    if (op === 'get' && began.exact !== undefined) return;
    const isDelete = op === 'delete';
    for (const { key, revision } of record.items) {
      const seen = isDelete ? record.revision : revision;
      if (seen !== undefined) this.see(this.keys, `${actor} ${key}`, { revision: seen, seq: record.seq });
    }
    if (record.revision !== undefined) this.see(this.whole, actor, { revision: record.revision, seq: record.seq });
  }

  protected override failed(record: CallFailedRecord, began: CallBeganRecord): void {
    const name = `call ${began.call}`;
    const floor = this.floors.get(name);
    this.floors.delete(name);
    const { truth } = this.world;
    const { key } = began;
    if (
      began.op !== 'get' ||
      key === undefined ||
      floor === undefined ||
      record.code !== 'resource-does-not-exist' ||
      !truth.isKnown
    )
      return;
    truth.when(floor.revision, () => {
      const from = truth.positionsOf(floor.revision)[0] ?? 0;
      // The deletion may be on its way to the history still: what is not there at its end never was.
      this.gone.push({ key, from, record, floor });
    });
  }

  protected override finish(): void {
    if (!this.world.hasEnded) return;
    for (const { key, from, record, floor } of this.gone.splice(0)) {
      const isGone = this.world.truth.versionsOf(key).some(({ position, hash }) => position >= from && hash === null);
      this.expect(
        isGone,
        record,
        () =>
          `get of ${key} found nothing, but record ${floor.seq} had seen revision ${floor.revision} of it, and it was never deleted since`,
      );
    }
  }

  private readonly gone: { readonly key: Key; readonly from: number; readonly record: CallFailedRecord; readonly floor: Seen }[] =
    [];

  private judgeGet(record: CallReturnedRecord, { call, key = '' }: CallBeganRecord): void {
    const name = `call ${call}`;
    const floor = this.floors.get(name);
    this.floors.delete(name);
    const [item] = record.items;
    if (item?.revision !== undefined) this.judge(record, key, item.revision, floor);
  }

  private judge(record: HistoryRecord, what: string, revision: string, floor: Seen | undefined): void {
    const order = floor === undefined ? undefined : this.world.truth.compare(revision, floor.revision);
    if (order === undefined) return;
    this.expect(
      order >= 0,
      record,
      () =>
        `${what} was read at revision ${revision}, but the same client had seen revision ${floor?.revision} in record ${floor?.seq} before it asked`,
    );
  }

  private see(where: Map<string, Seen>, name: string, seen: Seen): void {
    const before = where.get(name);
    if (before === undefined || (this.world.truth.compare(seen.revision, before.revision) ?? 0) > 0) where.set(name, seen);
  }
}

export function sessions(world: World): Judge {
  return new Sessions('C5', 'A client reads its own writes, and never an earlier state than it has seen.', world);
}
