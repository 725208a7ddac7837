/** R7, R8 and R10: from where a mirror goes on, given what it was told. */
import type { HistoryRecord, WatchRequestedRecord } from '../history/record.js';
import { Judge } from './checker.js';
import type { Progress } from './progress.js';
import { nameOfList, showList } from './selection.js';
import type { World } from './world.js';

/** Looks at the watches that declared mirrors ask for, but for those that begin with a list. */
abstract class ResumeJudge extends Judge {
  protected look(record: HistoryRecord): void {
    if (record.kind !== 'watch.requested' || record.initialList === true) return;
    const { audience, progress } = this.world;
    if (audience.mirrorOf(record.actor).declared === undefined) return;
    const known = progress.of(record.actor, nameOfList(record.list));
    if (known !== undefined) this.judge(record, known);
  }

  protected abstract judge(record: WatchRequestedRecord, progress: Progress): void;
}

class Resumable extends ResumeJudge {
  protected judge(record: WatchRequestedRecord, { applied, accepted }: Progress): void {
    const { revision, list } = record;
    const isAmbiguous =
      applied !== undefined && revision !== undefined && this.world.truth.compare(applied, revision) === undefined;
    if (isAmbiguous) return; // of opaque revisions that no write has, nobody knows which one is later
    const from = accepted === record.seq ? revision : applied;
    this.expect(
      revision !== undefined && revision !== '0' && revision === from,
      record,
      () =>
        `a watch of ${showList(list)} was asked for from revision ${revision ?? 'none'}, but everything up to ${applied ?? 'none'} had been told, and no more`,
    );
  }
}

class Bookmarkable extends ResumeJudge {
  protected judge(record: WatchRequestedRecord, { bookmark }: Progress): void {
    const { revision, list } = record;
    const order = bookmark === undefined || revision === undefined ? undefined : this.world.truth.compare(revision, bookmark);
    if (order === undefined) return;
    this.expect(
      order >= 0,
      record,
      () =>
        `a watch of ${showList(list)} was asked for from revision ${revision}, but a bookmark had moved the mirror to ${bookmark}`,
    );
  }
}

class FreshList extends Judge {
  protected look(record: HistoryRecord): void {
    if (record.kind !== 'list.requested' && record.kind !== 'watch.requested') return;
    const { audience, progress } = this.world;
    const { declared } = audience.mirrorOf(record.actor);
    const known = progress.of(record.actor, nameOfList(record.list));
    if (declared === undefined || known?.refused === undefined) return;
    const { refused } = known;
    if (known.accepted === record.seq) {
      const mayBeTaken = !refused.isIdentified && refused.inRow > (declared.maxStaleLists ?? Infinity);
      this.expect(
        mayBeTaken,
        record,
        () =>
          `the watch of ${showList(record.list)} goes on from the list of record ${refused.seq}, which was older than what had been told before, revision ${refused.applied}: such a list is refused`,
      );
    } else if (known.stale !== undefined) {
      this.expect(true, record, () => 'the list was refused');
    }
  }
}

export function resumable(world: World): Judge {
  return new Resumable(
    'R7',
    'A watch is asked for from the last revision that was told, of a list, an event or a bookmark.',
    world,
  );
}

export function bookmarkable(world: World): Judge {
  return new Bookmarkable('R8', 'A bookmark moves the revision from which a watch is asked for.', world);
}

export function freshList(world: World): Judge {
  return new FreshList('R10', 'A list that is older than what was told is refused.', world);
}
