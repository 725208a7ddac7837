/** I7 and R21: how callbacks are called, and what becomes of one that fails. */
import type { CallbackReturnedRecord, HistoryRecord } from '../history/record.js';
import { Judge, type Place } from './checker.js';
import type { World } from './world.js';

const deliveries: ReadonlySet<string> = new Set(['updates', 'status', 'notice']);

/** The actors whose callbacks say when they return; an iteration does not. */
abstract class DeliveryJudge extends Judge {
  protected look(record: HistoryRecord): void {
    const { actor } = record;
    if (this.world.audience.mirrorOf(actor).actor !== actor) return;
    if (deliveries.has(record.kind)) this.delivered(record);
    if (record.kind === 'callback.returned') this.returned(record);
  }

  protected abstract delivered(record: HistoryRecord): void;
  protected abstract returned(record: CallbackReturnedRecord): void;
}

class Serial extends DeliveryJudge {
  private readonly running = new Map<string, Place>();

  protected delivered(record: HistoryRecord): void {
    const other = this.running.get(record.actor);
    this.expect(other === undefined, record, () => `a callback was called while that of record ${other?.seq} had not returned`);
    this.running.set(record.actor, record);
  }

  protected returned({ actor }: CallbackReturnedRecord): void {
    this.running.delete(actor);
  }
}

class Isolated extends DeliveryJudge {
  private readonly failed = new Map<string, CallbackReturnedRecord>();

  protected delivered(record: HistoryRecord): void {
    const failure = this.failed.get(record.actor);
    const reported =
      record.kind === 'notice' && record.callback === 'onProblem' && record.problem === 'consumerFailed'
        ? record.failed
        : undefined;
    this.failed.delete(record.actor);
    if (failure === undefined && reported === undefined) return;
    this.expect(failure?.callback === reported, record, () =>
      failure === undefined
        ? `the callback ${reported} was reported as failed, but none had`
        : `record ${failure.seq} says that the callback ${failure.callback} failed, and what is told next is not a report of it`,
    );
  }

  protected returned(record: CallbackReturnedRecord): void {
    if (record.failed === true && record.callback !== 'onProblem') this.failed.set(record.actor, record);
  }
}

export function serial(world: World): Judge {
  return new Serial('I7', 'Callbacks are serial: none is called while another has not returned.', world);
}

export function isolated(world: World): Judge {
  return new Isolated('R21', 'A callback that fails is reported once, and what follows is told all the same.', world);
}
