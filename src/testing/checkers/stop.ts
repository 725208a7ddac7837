/** R19, RL5 and S12: how a mirror ends. */
import type { HistoryRecord, MirrorStoppedRecord, MirrorStoppingRecord } from '../history/record.js';
import { Judge } from './checker.js';
import type { World } from './world.js';

const signsOfLife: ReadonlySet<string> = new Set(['updates', 'status', 'notice', 'list.requested', 'watch.requested']);

class NothingAfterStop extends Judge {
  private readonly stopped = new Map<string, MirrorStoppedRecord>();

  protected look(record: HistoryRecord): void {
    const { actor } = record;
    if (record.kind === 'mirror.started') this.stopped.delete(actor);
    if (record.kind === 'mirror.stopped') {
      this.stopped.set(actor, record);
      for (const what of ['timers', 'requests', 'listeners'] as const) {
        const left = record[what];
        if (left !== undefined)
          this.expect(left === 0, record, () => `the mirror has stopped, and ${left} of its ${what} are left`);
      }
      return;
    }
    const before = this.stopped.get(this.world.audience.mirrorOf(actor).actor);
    if (before !== undefined && actor === before.actor)
      this.expect(
        !signsOfLife.has(record.kind),
        record,
        () => `${record.kind} after the mirror had stopped with record ${before.seq}`,
      );
  }

  /** A mirror that has stopped and of which nothing was heard has kept its word. */
  protected override finish(): void {
    this.applied += this.stopped.size;
  }
}

class StopEnds extends Judge {
  private readonly stopping = new Map<string, MirrorStoppingRecord>();

  protected look(record: HistoryRecord): void {
    const { actor } = record;
    const before = this.stopping.get(actor);
    if (record.kind === 'mirror.stopping' && before === undefined) this.stopping.set(actor, record);
    if (record.kind === 'ended')
      for (const stopping of this.stopping.values())
        this.expect(false, stopping, () => 'the mirror was told to stop, and had not stopped when the history ended');
    if (record.kind !== 'mirror.stopped' || before === undefined) return;
    this.stopping.delete(actor);
    const { limit } = before;
    const took = record.at - before.at;
    if (limit !== undefined)
      this.expect(
        took <= limit + this.world.header.slack,
        record,
        () => `stopping took ${took} ms since record ${before.seq}: the limit was ${limit} ms`,
      );
  }
}

class StopAsChosen extends Judge {
  protected look(record: HistoryRecord): void {
    const mirror = this.world.audience.mirrorOf(record.actor);
    const { stopping } = mirror;
    if (stopping === undefined || record.actor !== mirror.actor) return;
    if (stopping.mode === 'silent' && !mirror.isStopped) {
      const tells = record.kind === 'updates' || record.kind === 'status' || record.kind === 'notice';
      this.expect(!tells, record, () => `${record.kind} after the mirror was told to stop in silence with record ${stopping.seq}`);
    }
    if (record.kind !== 'mirror.stopped' || stopping.mode !== 'emitDeletes' || (record.undelivered ?? 0) > 0) return;
    const picture = this.world.audience.consumers.get(record.actor)?.picture ?? new Map<string, unknown>();
    const [key] = picture.keys();
    this.expect(
      key === undefined,
      record,
      () => `the mirror has stopped, but ${picture.size} objects, ${key} among them, have not been told as deleted`,
    );
  }
}

export function nothingAfterStop(world: World): Judge {
  return new NothingAfterStop('R19', 'After stop there is no callback, request, timer or listener.', world);
}

export function stopEnds(world: World): Judge {
  return new StopEnds('RL5', 'Stop ends within its limit.', world);
}

export function stopAsChosen(world: World): Judge {
  return new StopAsChosen('S12', 'Stopping emits deletes, drains, or is silent, as chosen.', world);
}
