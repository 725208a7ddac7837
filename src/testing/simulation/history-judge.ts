/**
 * Holds a run against every checker of histories while it happens: a second judge, which knows nothing of the first and is told nothing
 * but what was recorded.
 */
import { syncerDefaults, type ListWatchClient, type ResourceType, type StopOptions, type SyncerCallbacks } from '../../index.js';
import type { Clock } from '../../ports/clock.js';
import { createCheckers } from '../checkers/all-checkers.js';
import type { Checker } from '../checkers/checker.js';
import { HistoryRecorder } from '../history/recorder.js';
import type { PaceTimings } from './pace-judge.js';
import type { SimulationPlan } from './plan.js';
import type { RecordedWrite } from './recorded-datastore.js';
import type { Tally } from './tally.js';

export interface HistoryJudgeOptions {
  readonly clock: Clock;
  /** How late a timer may be, in milliseconds. */
  readonly slack: number;
  readonly storeId: string | undefined;
  readonly violate: (id: string, message: string) => void;
}

/** What the checkers do not know of: another store, untrue answers, a process that stands still, and an API that is missing. */
const unknown: ReadonlySet<string> = new Set(['restore', 'lies', 'pause', 'uninstall']);

/** Whether the checkers can judge a run of this plan. */
export function isRecordable({ actions }: SimulationPlan): boolean {
  return !actions.some(([, name]) => unknown.has(name));
}

export class HistoryJudge {
  private readonly recorder: HistoryRecorder;
  private readonly checkers: readonly Checker[];
  private readonly violate: HistoryJudgeOptions['violate'];

  constructor({ clock, slack, storeId, violate }: HistoryJudgeOptions) {
    this.violate = violate;
    this.recorder = new HistoryRecorder({ clock, slack, revisions: 'integers' });
    this.checkers = createCheckers(this.recorder.header);
    this.recorder.listen((record) => {
      for (const checker of this.checkers) this.report(checker.observe(record));
    });
    this.recorder.note('datastore', { kind: 'state', revision: '1', items: [], ...(storeId === undefined ? {} : { storeId }) });
  }

  /** The datastore has committed something. */
  wrote<V>({ revision, changes, corrupted }: RecordedWrite<V>): void {
    const unreadable = new Set(corrupted);
    const told = changes.map(([key, pair]) => ({
      key,
      hash: pair === undefined ? null : this.recorder.hash(pair.value),
      ...(pair?.uid === undefined ? {} : { uid: pair.uid }),
      ...(unreadable.has(key) ? { malformed: true } : {}),
    }));
    this.recorder.wrote(revision, told);
  }

  /** What a mirror is to be given in place of its client and its callbacks. */
  follow<V>(
    actor: string,
    client: ListWatchClient<V>,
    callbacks: SyncerCallbacks,
  ): { client: ListWatchClient<V>; callbacks: SyncerCallbacks } {
    return { client: this.recorder.client(client, actor), callbacks: this.recorder.callbacks(callbacks, actor) };
  }

  started(
    actor: string,
    types: readonly Pick<ResourceType, 'list' | 'updateProcessor' | 'deletesOnDisconnect'>[],
    timings: PaceTimings,
    watchRetryTimeout: number,
  ): void {
    const notes = types.map(({ list, updateProcessor, deletesOnDisconnect = false }) => ({
      list,
      passThrough: updateProcessor === undefined,
      deletesOnDisconnect,
    }));
    const { maxStaleLists } = syncerDefaults;
    const { minResyncInterval } = timings;
    this.recorder.mirrorStarted(actor, { types: notes, minResyncInterval, watchRetryTimeout, maxStaleLists });
  }

  stopping(actor: string, { mode = 'emitDeletes', limit = 5_000 }: StopOptions): void {
    this.recorder.note(actor, { kind: 'mirror.stopping', mode, limit });
  }

  stopped(actor: string, undelivered: number): void {
    this.recorder.note(actor, { kind: 'mirror.stopped', undelivered });
  }

  healed(bound: number): void {
    this.recorder.note('simulation', { kind: 'healed', bound });
  }

  /** Nothing follows. Counts what each checker has judged. */
  end(seen: Tally): void {
    this.recorder.note('simulation', { kind: 'ended' });
    // A judge that failed would otherwise be one who is not heard of any more.
    if (this.recorder.failure !== undefined) throw this.recorder.failure;
    for (const checker of this.checkers) {
      this.report(checker.end());
      if (checker.applied > 0) seen.add(`checked:${checker.id}`, checker.applied);
    }
  }

  private report(violations: ReturnType<Checker['end']>): void {
    for (const { id, actor, message } of violations) this.violate(id, `${message} (${actor}, by the history)`);
  }
}
