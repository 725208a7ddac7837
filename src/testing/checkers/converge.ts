/** RL1, SL1, S9, R16 and R17: where everything must be when nothing goes wrong any more. */
import type { Key } from '../../model/key.js';
import { SyncStatus } from '../../model/status.js';
import type { HealedRecord, HistoryRecord } from '../history/record.js';
import { Judge, type Place } from './checker.js';
import type { Consumer, MirroredType } from './consumers.js';
import { showList } from './selection.js';
import type { Version } from './version.js';
import type { World } from './world.js';

/** Looks at every consumer that still lives when the bound has passed. */
abstract class ConvergenceJudge extends Judge {
  constructor(id: string, promise: string, world: World) {
    super(id, promise, world);
    world.onConverged((healed) => {
      for (const consumer of world.audience.consumers.values())
        if (consumer.mirror.stopping === undefined) this.judge(consumer, { ...healed, actor: consumer.actor }, healed);
    });
  }

  protected look(_record: HistoryRecord): void {}

  protected abstract judge(consumer: Consumer, place: Place, healed: HealedRecord): void;

  /** Whether the consumer of `record` must not be told of anything any more. */
  protected hasConverged({ actor }: HistoryRecord): boolean {
    return this.world.converged !== undefined && this.world.audience.mirrorOf(actor).stopping === undefined;
  }

  protected *plainTypesOf({ mirror }: Consumer): Generator<MirroredType> {
    if (!this.world.truth.isKnown) return;
    for (const type of mirror.types.values()) if (type.isPlain && !mirror.missing.has(type.name)) yield type;
  }

  /** What the datastore holds of a type now. */
  protected heldNow(type: MirroredType): ReadonlyMap<Key, Version> {
    const { truth } = this.world;
    const view = truth.viewOf(type.list);
    return new Map(
      [...truth.keys()].flatMap((key) => {
        const version = view.covers(key) && !view.excluded.includes(key) ? truth.at(key, truth.head) : undefined;
        return version === undefined || version.hash === null ? [] : [[key, version] as const];
      }),
    );
  }
}

class Converged extends ConvergenceJudge {
  protected override look(record: HistoryRecord): void {
    if (record.kind === 'updates' && this.hasConverged(record))
      this.expect(
        false,
        record,
        () => `updates after everything had converged, though nobody has written since record ${this.world.converged?.seq}`,
      );
  }

  protected judge(consumer: Consumer, place: Place, { bound }: HealedRecord): void {
    for (const type of this.plainTypesOf(consumer)) {
      const held = this.heldNow(type);
      const { excluded } = this.world.truth.viewOf(type.list);
      const shown = [...consumer.keysOf(type)].filter((key) => !excluded.includes(key));
      const wrong = [...held.keys(), ...shown].find((key) => held.get(key)?.hash !== consumer.picture.get(key)?.hash);
      this.expect(
        wrong === undefined,
        place,
        () =>
          `${bound} ms after the healing ${wrong} of ${showList(type.list)} is not what the datastore holds: ${shown.length} objects are shown and ${held.size} held`,
      );
    }
  }
}

class InSyncAgain extends ConvergenceJudge {
  protected override look(record: HistoryRecord): void {
    if (record.kind === 'status' && this.hasConverged(record))
      this.expect(
        false,
        record,
        () => `the status became ${record.status}, though nothing goes wrong since record ${this.world.converged?.seq}`,
      );
  }

  protected judge({ status, actor, mirror }: Consumer, place: Place, { bound }: HealedRecord): void {
    if (actor === mirror.actor)
      this.expect(status === SyncStatus.InSync, place, () => `${bound} ms after the healing the status is ${status}`);
  }
}

class OutputsHaveSources extends ConvergenceJudge {
  protected judge({ picture }: Consumer, place: Place): void {
    const { truth } = this.world;
    if (!truth.isKnown) return;
    for (const [key, { source, seq }] of picture) {
      const version = source === undefined ? undefined : truth.at(source, truth.head);
      if (source === undefined || version?.isMalformed === true) continue;
      this.expect(
        version !== undefined && version.hash !== null,
        place,
        () => `${key}, told in record ${seq}, was made from ${source}, which is gone: what is not said any more is deleted`,
      );
    }
  }
}

const namesOfObjects: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype).concat('prototype'));
const longSegment = 1_024;

/** Whether a part of the key is something that careless code stumbles over. */
function isHostile(key: Key): boolean {
  return key
    .split('/')
    .some((part) => namesOfObjects.has(part) || /^\d+$/.test(part) || part.includes('%') || part.length > longSegment);
}

class KeyNeutral extends ConvergenceJudge {
  protected override look(record: HistoryRecord): void {
    const { truth, audience } = this.world;
    if (record.kind !== 'updates' || !truth.isKnown) return;
    for (const { update, type } of audience.consumers.get(record.actor)?.told ?? []) {
      const { key, revision, hash } = update;
      if (type === undefined || revision === undefined || hash === null || !isHostile(key)) continue;
      truth.when(revision, () =>
        this.expect(
          truth.placesOf(key, revision, hash).length > 0,
          record,
          () => `${key} was told with hash ${hash} at revision ${revision}, which was never written there`,
        ),
      );
    }
  }

  protected judge(consumer: Consumer, place: Place): void {
    for (const type of this.plainTypesOf(consumer)) {
      for (const [key, { hash }] of this.heldNow(type)) {
        const shown = consumer.picture.get(key);
        if (isHostile(key))
          this.expect(
            shown?.hash === hash,
            place,
            () =>
              `${key} is an ordinary key, and what is shown there (${shown?.hash ?? 'nothing'}) is not what the datastore holds (${hash})`,
          );
      }
    }
  }
}

class Poison extends ConvergenceJudge {
  /** By actor: the raw keys that were reported, with the revision and the record. */
  private readonly reported = new Map<string, Map<string, { readonly revision: string | undefined; readonly seq: number }>>();

  protected override look(record: HistoryRecord): void {
    if (record.kind !== 'notice' || record.rawKey === undefined) return;
    const { actor, rawKey, revision, seq } = record;
    const reported = this.reported.get(actor) ?? new Map<string, { revision: string | undefined; seq: number }>();
    this.reported.set(actor, reported);
    if (record.callback === 'parseMended') return void reported.delete(rawKey);
    const before = reported.get(rawKey);
    const isTwice = before !== undefined && revision !== undefined && before.revision === revision;
    this.expect(
      !isTwice,
      record,
      () => `${rawKey} at revision ${revision} was reported as unreadable again: record ${before?.seq} had reported it`,
    );
    reported.set(rawKey, { revision, seq });
  }

  protected judge(consumer: Consumer, place: Place): void {
    const { actor, mirror } = consumer;
    if (actor !== mirror.actor) return;
    const { truth } = this.world;
    for (const { list } of mirror.types.values()) {
      for (const key of truth.viewOf(list).excluded) {
        const isUnreadable = truth.at(key, truth.head)?.isMalformed === true;
        const report = this.reported.get(actor)?.get(key);
        this.expect(isUnreadable === (report !== undefined), place, () =>
          isUnreadable
            ? `${key} cannot be read, and that has not been reported`
            : `${key} was reported as unreadable in record ${report?.seq}, and not that this is over`,
        );
      }
    }
  }
}

export function converged(world: World): Judge {
  return new Converged(
    'RL1',
    'Without faults and writes what is shown becomes what the datastore holds, within the bound, and stays so.',
    world,
  );
}

export function inSyncAgain(world: World): Judge {
  return new InSyncAgain('SL1', 'When faults end, "in sync" is said within the bound and stays.', world);
}

export function outputsHaveSources(world: World): Judge {
  return new OutputsHaveSources('S9', 'What a processor shows is made of an object that is there.', world);
}

export function keyNeutral(world: World): Judge {
  return new KeyNeutral('R16', 'Keys that look like something else are ordinary keys.', world);
}

export function poison(world: World): Judge {
  return new Poison('R17', 'An entry that cannot be read is told once for each state of it, and so is its end.', world);
}
