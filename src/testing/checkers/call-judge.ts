/** The frame of what judges the operations of clients. */
import type { Key } from '../../model/key.js';
import type { CallBeganRecord, CallFailedRecord, CallReturnedRecord, HistoryRecord } from '../history/record.js';
import { Judge } from './checker.js';
import type { Version } from './version.js';

/** Looks at operations when they have settled. */
export abstract class CallJudge extends Judge {
  protected readonly pending: Map<number, CallBeganRecord> = new Map();

  protected look(record: HistoryRecord): void {
    if (record.kind === 'call.began') {
      this.pending.set(record.call, record);
      this.began(record);
    }
    if (record.kind !== 'call.returned' && record.kind !== 'call.failed') return;
    const began = this.pending.get(record.call);
    this.pending.delete(record.call);
    if (began === undefined) return;
    if (record.kind === 'call.returned') this.returned(record, began);
    else this.failed(record, began);
  }

  protected began(_began: CallBeganRecord): void {}
  protected returned(_record: CallReturnedRecord, _began: CallBeganRecord): void {}
  protected failed(_record: CallFailedRecord, _began: CallBeganRecord): void {}

  /** Calls `judge` with the position of a write, when the truth knows it. */
  protected whenWritten({ revision }: CallReturnedRecord, judge: (position: number | undefined) => void): void {
    const { truth } = this.world;
    if (revision === undefined || !truth.isKnown) return;
    truth.when(revision, () => {
      if (truth.isKnown) judge(truth.positionsOf(revision).find((position) => truth.revisionAt(position) === revision));
    });
  }

  /** What stood at `key` before the state at `position`. */
  protected before(key: Key, position: number): Version | undefined {
    const version = this.world.truth.at(key, position - 1);
    return version === undefined || (version.hash === null && !version.isMalformed) ? undefined : version;
  }
}
