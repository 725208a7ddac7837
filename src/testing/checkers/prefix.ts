/** R1 and R2: what a consumer has is a state that the datastore had, and never an earlier one than before. */
import type { HistoryRecord, UpdatesRecord } from '../history/record.js';
import { Judge, type Place } from './checker.js';
import type { Consumer, MirroredType } from './consumers.js';
import { showList } from './selection.js';
import type { PictureSum } from './truth-view.js';
import type { World } from './world.js';

interface Following {
  /** The latest position at which the consumer was found. */
  reached: number;
  reachedAt: number;
  /** How many of the keys that the truth leaves out have been left out here, too. */
  left: number;
}

/**
 * Follows every picture through the states of the truth. After each batch the picture of a type must be a state at the position that
 * was reached before, or a later one; the earliest is taken.
 */
abstract class PrefixJudge extends Judge {
  private readonly following = new Map<string, Following>();

  protected look(record: HistoryRecord): void {
    if (record.kind !== 'updates' || !this.world.truth.isKnown) return;
    const consumer = this.world.audience.consumers.get(record.actor);
    if (consumer === undefined || consumer.mirror.declared?.maxBatchSize !== undefined) return;
    const types = new Set(consumer.told.flatMap(({ type }) => type ?? []));
    for (const type of types) this.judge(record, consumer, type);
  }

  protected abstract verdict(
    place: Place,
    type: MirroredType,
    found: number | undefined,
    since: Following,
    wasBefore: () => boolean,
  ): void;

  private judge(record: UpdatesRecord, consumer: Consumer, type: MirroredType): void {
    if (consumer.mayBeEmpty(type) && consumer.keysOf(type).size === 0) return;
    const { truth } = this.world;
    const name = `${consumer.actor} ${type.name}`;
    const following = this.following.get(name) ?? { reached: -1, reachedAt: 0, left: 0 };
    this.following.set(name, following);
    const view = truth.viewOf(type.list);
    // The picture as it is now, because the truth may have to catch up first.
    const sum = copyOf(consumer, type, view.excluded);
    const count = view.excluded.length;
    truth.when(latestOf(this.world, record), () => {
      if (!truth.isKnown) return;
      if (view.excluded.length > count) return; // a key has become unreadable meanwhile: nothing can be said of this batch
      const found = view.find(sum, following.reached);
      this.verdict(record, type, found, { ...following }, () => view.find(sum, -1) !== undefined);
      if (found === undefined) return;
      following.reached = found;
      following.reachedAt = record.seq;
    });
  }
}

/** The fingerprints of what a consumer has of a type, but for what the truth leaves out. */
function copyOf(consumer: Consumer, type: MirroredType, excluded: readonly string[]): PictureSum {
  const sum = consumer.sumOf(type).copy();
  for (const key of new Set(excluded)) {
    const shown = consumer.keysOf(type).has(key) ? consumer.picture.get(key) : undefined;
    if (shown !== undefined) sum.remove(key, shown);
  }
  return sum;
}

/** The latest revision that a batch speaks of: the truth must have come so far before it can be judged. */
export function latestOf({ truth }: World, record: UpdatesRecord): string | undefined {
  let latest: string | undefined;
  for (const { revision } of record.updates) {
    if (revision === undefined) continue;
    if (!truth.reaches(revision)) {
      if (latest === undefined || truth.reaches(latest) || (truth.compare(latest, revision) ?? -1) < 0) latest = revision;
    } else {
      latest ??= revision;
    }
  }
  return latest;
}

class Prefix extends PrefixJudge {
  protected verdict(place: Place, type: MirroredType, found: number | undefined, since: Following, wasBefore: () => boolean): void {
    const holds = found !== undefined || wasBefore(); // an earlier state is a state: R2 has something to say about it
    this.expect(holds, place, () => {
      const from =
        since.reachedAt === 0
          ? 'at any time'
          : `since record ${since.reachedAt}, whose state was that of revision ${this.revisionAt(since)}`;
      return `what the consumer has of ${showList(type.list)} after this batch is no state that the datastore had ${from}`;
    });
  }

  private revisionAt({ reached }: Following): string {
    return this.world.truth.revisionAt(reached) ?? 'none';
  }
}

class NeverBack extends PrefixJudge {
  protected verdict(place: Place, type: MirroredType, found: number | undefined, since: Following, wasBefore: () => boolean): void {
    if (found === undefined && !wasBefore()) return; // no state at all: R1 has something to say about it
    this.expect(found !== undefined, place, () => {
      const revision = this.world.truth.revisionAt(since.reached) ?? 'none';
      return `the consumer's picture of ${showList(type.list)} went back: record ${since.reachedAt} showed the state of revision ${revision}, this batch leads to an earlier one`;
    });
  }
}

export function prefix(world: World): Judge {
  return new Prefix('R1', 'What a consumer has after each batch is a state that the datastore had.', world);
}

export function neverBack(world: World): Judge {
  return new NeverBack('R2', 'The state that a consumer has is never an earlier one than before.', world);
}
