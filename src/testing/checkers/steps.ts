/** S5, R4 and R12: the steps that a consumer's picture makes, key by key, whoever made the objects. */
import { UpdateType } from '../../model/update.js';
import type { HistoryRecord, UpdatesRecord } from '../history/record.js';
import { Judge } from './checker.js';
import type { Shown, Told } from './consumers.js';
import type { World } from './world.js';

abstract class StepJudge extends Judge {
  protected look(record: HistoryRecord): void {
    if (record.kind !== 'updates') return;
    const told = this.world.audience.consumers.get(record.actor)?.told ?? [];
    this.judgeBatch(record);
    for (const step of told) this.judge(record, step);
  }

  protected judgeBatch(_record: UpdatesRecord): void {}

  protected abstract judge(record: UpdatesRecord, told: Told): void;
}

class Steps extends StepJudge {
  protected override judgeBatch(record: UpdatesRecord): void {
    const keys = record.updates.map(({ key }) => key);
    this.expect(keys.length > 0, record, () => 'a batch was empty');
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    if (keys.length < 1_000) this.expect(twice === undefined, record, () => `${twice} is twice in one batch`);
  }

  protected judge(record: UpdatesRecord, { update: { op, key, hash }, before }: Told): void {
    const since = before === undefined ? 'the consumer does not have it' : `the consumer has it since record ${before.seq}`;
    this.expect((op === UpdateType.New) === (before === undefined), record, () => `${key} was told as ${op}, but ${since}`);
    this.expect(
      (hash === null) === (op === UpdateType.Deleted),
      record,
      () => `${key} was told as ${op} ${hash === null ? 'without' : 'with'} a value`,
    );
  }
}

class Unique extends StepJudge {
  protected judge(record: UpdatesRecord, { update, before }: Told): void {
    if (update.op === UpdateType.Deleted || before === undefined) return;
    const { key, revision, hash, uid, source } = update;
    const isSame = before.revision === revision && before.hash === hash && before.uid === uid && before.source === source;
    this.expect(
      !isSame,
      record,
      () => `${key} was told at revision ${revision} with hash ${hash}, which is what record ${before.seq} had told already`,
    );
  }
}

class Recreated extends StepJudge {
  protected judge(record: UpdatesRecord, { update: { op, key, uid, recreated = false }, before }: Told): void {
    if (op !== UpdateType.Updated || uid === undefined || before?.uid === undefined) return;
    const isOther = uid !== before.uid;
    this.expect(
      recreated === isOther,
      record,
      () => `${key} was told as ${recreated ? '' : 'not '}recreated, but its uid ${this.change(before, uid)}`,
    );
  }

  private change({ uid, seq }: Shown, now: string): string {
    return uid === now ? `is ${now} since record ${seq}` : `was ${uid} in record ${seq} and is ${now} now`;
  }
}

export function steps(world: World): Judge {
  return new Steps(
    'S5',
    'New, Updated and Deleted say what the consumer had: each key in turn, and a value unless it is gone.',
    world,
  );
}

export function unique(world: World): Judge {
  return new Unique('R4', 'No key is told twice in a row in the same state.', world);
}

export function recreatedTold(world: World): Judge {
  return new Recreated('R12', 'An object that took the place of another one is told as recreated.', world);
}
