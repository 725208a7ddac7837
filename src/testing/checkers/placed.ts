/** R3, R5, R6 and S6: the updates of a consumer, each put where it stands among the states that the datastore had. */
import type { Key } from '../../model/key.js';
import type { UpdateType } from '../../model/update.js';
import type { HistoryRecord, UpdatesRecord } from '../history/record.js';
import { Judge } from './checker.js';
import type { Consumer, MirroredType } from './consumers.js';
import { latestOf } from './prefix.js';
import { showList } from './selection.js';
import type { World } from './world.js';

/** An update with the positions at which its key came into the state that it tells. */
interface Placed {
  readonly key: Key;
  readonly op: UpdateType;
  readonly revision: string | undefined;
  readonly places: readonly number[];
}

abstract class PlacedJudge extends Judge {
  protected look(record: HistoryRecord): void {
    const { truth, audience } = this.world;
    const consumer = record.kind === 'updates' ? audience.consumers.get(record.actor) : undefined;
    if (record.kind !== 'updates' || consumer === undefined || !truth.isKnown) return;
    for (const type of new Set(consumer.told.flatMap((one) => one.type ?? []))) {
      const told = consumer.told.filter((one) => one.type === type);
      const isFresh =
        consumer.mayBeEmpty(type) && told.length === consumer.keysOf(type).size && told.every(({ before }) => before === undefined);
      truth.when(latestOf(this.world, record), () => {
        const { excluded } = truth.viewOf(type.list);
        const placed = told.flatMap(({ update: { key, op, revision, hash, finalStateUnknown } }): readonly Placed[] => {
          if (finalStateUnknown === true || revision === undefined || excluded.includes(key)) return [];
          const places = truth.placesOf(key, revision, hash);
          return places.length === 0 ? [] : [{ key, op, revision, places }]; // what never was is for R1 and R16 to say
        });
        if (placed.length > 0) this.judge(record, consumer, type, placed, isFresh);
      });
    }
  }

  /** @param isFresh everything of the type was taken away before, and this is all of it again. */
  protected abstract judge(
    record: UpdatesRecord,
    consumer: Consumer,
    type: MirroredType,
    placed: readonly Placed[],
    isFresh: boolean,
  ): void;
}

interface Floor {
  readonly position: number;
  readonly seq: number;
}

class Ordered extends PlacedJudge {
  private readonly floors = new Map<string, Floor>();

  protected judge(
    record: UpdatesRecord,
    { actor }: Consumer,
    type: MirroredType,
    placed: readonly Placed[],
    isFresh: boolean,
  ): void {
    const name = `${actor} ${type.name}`;
    const floor = isFresh ? undefined : this.floors.get(name);
    let highest = floor?.position ?? -1;
    for (const { key, revision, places } of placed) {
      const place = places.find((position) => position >= (floor?.position ?? -1));
      this.expect(
        place !== undefined,
        record,
        () =>
          `${key} was told at revision ${revision}, but the batch of record ${floor?.seq} had told of revision ${this.revisionAt(floor)} of ${showList(type.list)} before: revisions do not decrease`,
      );
      highest = Math.max(highest, place ?? -1);
    }
    this.floors.set(name, { position: highest, seq: record.seq });
  }

  private revisionAt(floor: Floor | undefined): string {
    return this.world.truth.revisionAt(floor?.position ?? -1) ?? 'none';
  }
}

class OrderedByKey extends PlacedJudge {
  private readonly floors = new Map<string, Floor>();

  protected judge(
    record: UpdatesRecord,
    { actor }: Consumer,
    _type: MirroredType,
    placed: readonly Placed[],
    isFresh: boolean,
  ): void {
    for (const { key, revision, places } of placed) {
      const name = `${actor} ${key}`;
      const floor = isFresh ? undefined : this.floors.get(name);
      const place = places.find((position) => position >= (floor?.position ?? -1));
      this.expect(
        place !== undefined,
        record,
        () => `${key} was told at revision ${revision}, which is older than what record ${floor?.seq} had told of it`,
      );
      this.floors.set(name, { position: place ?? floor?.position ?? -1, seq: record.seq });
    }
  }
}

class Reliable extends PlacedJudge {
  private readonly checked = new Map<string, number>();

  protected judge(record: UpdatesRecord, consumer: Consumer, type: MirroredType, placed: readonly Placed[]): void {
    if (consumer.mirror.declared?.maxBatchSize !== undefined || consumer.mayBeEmpty(type)) return;
    const { truth } = this.world;
    const name = `${consumer.actor} ${type.name}`;
    const from = this.checked.get(name) ?? -1;
    const to = Math.max(from, ...placed.map(({ places }) => places.find((place) => place >= from) ?? -1));
    this.checked.set(name, to);
    const told = new Set<Key>();
    for (let position = from + 1; position <= to; position++) for (const key of truth.changedAt(position)) told.add(key);
    const { excluded } = truth.viewOf(type.list);
    for (const key of told) {
      if (!this.isOf(type, key) || excluded.includes(key)) continue;
      this.expect(
        !this.isMissed(consumer, key, to),
        record,
        () =>
          `this batch tells of revision ${truth.revisionAt(to)} of ${showList(type.list)}, but what revision ${truth.at(key, to)?.revision} did to ${key} has not been told`,
      );
    }
  }

  private isOf(type: MirroredType, key: Key): boolean {
    return this.world.truth.viewOf(type.list).covers(key);
  }

  /** Whether the consumer has a state of `key` that is older than the one at `position`. */
  private isMissed({ picture }: Consumer, key: Key, position: number): boolean {
    const { truth } = this.world;
    const version = truth.at(key, position);
    const shown = picture.get(key);
    if (version === undefined) return false;
    const later = truth.versionsOf(key).filter((other) => other.position >= version.position);
    if (shown === undefined) return later.every(({ hash }) => hash !== null);
    return !later.some(
      ({ hash, revision }) => hash === shown.hash && (shown.revision === undefined || revision === shown.revision),
    );
  }
}

class Atomic extends PlacedJudge {
  private readonly last = new Map<string, Floor>();

  protected judge(
    record: UpdatesRecord,
    consumer: Consumer,
    type: MirroredType,
    placed: readonly Placed[],
    isFresh: boolean,
  ): void {
    if (consumer.mirror.declared?.maxBatchSize !== undefined) return;
    const name = `${consumer.actor} ${type.name}`;
    const last = isFresh ? undefined : this.last.get(name);
    let highest = last?.position ?? -1;
    for (const { key, revision, places } of placed) {
      const isTorn = last !== undefined && places.at(-1) === last.position;
      this.expect(
        !isTorn,
        record,
        () =>
          `${key} was told at revision ${revision} in a batch of its own: record ${last?.seq} had told the other changes of that revision`,
      );
      highest = Math.max(highest, places.find((place) => place >= highest) ?? -1);
    }
    this.last.set(name, { position: highest, seq: record.seq });
  }
}

export function ordered(world: World): Judge {
  return new Ordered('R3', 'What a consumer is told of a type never goes back to an earlier revision.', world);
}

export function orderedByKey(world: World): Judge {
  return new OrderedByKey('S6', 'What a consumer is told of a key is in the order of its revisions.', world);
}

export function reliable(world: World): Judge {
  return new Reliable('R5', 'Between two revisions that were told, everything was told.', world);
}

export function atomic(world: World): Judge {
  return new Atomic('R6', 'All changes of one revision are in one batch.', world);
}
