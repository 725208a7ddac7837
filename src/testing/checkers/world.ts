/** What checkers share: the truth, the lines, and the consumers, folded from the records once for all of them. */
import type { HealedRecord, HistoryHeader, HistoryRecord } from '../history/record.js';
import { Audience } from './consumers.js';
import { Lines } from './lines.js';
import { ProgressLog } from './progress.js';
import { nameOfList } from './selection.js';
import { TruthLog } from './truth-log.js';

export class World {
  readonly header: HistoryHeader;
  readonly truth: TruthLog;
  readonly lines: Lines = new Lines();
  readonly progress: ProgressLog;
  readonly audience: Audience = new Audience();
  /** Since when everything must have converged, and must stay so; undefined while that is not so. */
  converged: HealedRecord | undefined;
  /** Whether the history says that it is complete. */
  hasEnded = false;
  private seq = 0;
  private healed: HealedRecord | undefined;
  private readonly beforeCallbacks: ((record: HistoryRecord) => void)[] = [];
  private readonly dueCallbacks: ((healed: HealedRecord) => void)[] = [];
  private isFinished = false;

  constructor(header: HistoryHeader) {
    this.header = header;
    this.truth = new TruthLog(header);
    this.progress = new ProgressLog(this.truth, this.lines);
  }

  /** Calls `callback` when everything must have converged, before what happens next. */
  onConverged(callback: (healed: HealedRecord) => void): void {
    this.dueCallbacks.push(callback);
  }

  /** Calls `callback` with each record before it is taken in. */
  onRecord(callback: (record: HistoryRecord) => void): void {
    this.beforeCallbacks.push(callback);
  }

  /** Takes in a record, once, whichever checker brings it. */
  take(record: HistoryRecord): void {
    if (record.seq <= this.seq) return;
    this.seq = record.seq;
    for (const callback of this.beforeCallbacks) callback(record);
    this.watchConvergence(record);
    this.truth.take(record);
    if (record.kind === 'list.failed' || record.kind === 'watch.ended') this.noteFailure(record.actor, record.request, record.code);
    this.lines.take(record);
    this.progress.take(record);
    this.audience.take(record, this.lines.completed);
    if (record.kind === 'ended') this.hasEnded = true;
  }

  /** There are no more records. */
  finish(): void {
    if (this.isFinished) return;
    this.isFinished = true;
    if (this.hasEnded) this.truth.finish();
  }

  private noteFailure(actor: string, number: number, code: string | undefined): void {
    const request = this.lines.request(number);
    if (request !== undefined && code !== undefined) this.audience.failed(actor, nameOfList(request.list), code);
  }

  private watchConvergence(record: HistoryRecord): void {
    const { healed } = this;
    if (healed !== undefined && this.converged === undefined) {
      const due = healed.at + healed.bound + this.header.slack;
      const isLast = record.kind === 'ended' || record.kind === 'mirror.stopping';
      if (record.at > due || (isLast && record.at === due)) {
        this.converged = healed;
        for (const callback of this.dueCallbacks) callback(healed);
      }
    }
    if (record.kind === 'healed') this.healed = record;
    else if (record.kind !== 'fault' && record.kind !== 'state' && !(record.kind === 'write' && record.at > (healed?.at ?? 0)))
      return;
    else this.healed = undefined;
    this.converged = undefined;
  }
}
