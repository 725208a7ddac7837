/** R18 and R20: how many requests of a mirror are under way, and how fast they follow each other. */
import type { ListRequestedRecord, HistoryRecord, WatchRequestedRecord } from '../history/record.js';
import { Judge } from './checker.js';
import { nameOfList, showList } from './selection.js';
import type { World } from './world.js';

class SingleFlight extends Judge {
  protected look(record: HistoryRecord): void {
    const { audience, lines } = this.world;
    if (audience.mirrorOf(record.actor).declared === undefined) return;
    if (record.kind === 'mirror.stopped') {
      const [open] = [...lines.openOf(record.actor)];
      this.expect(
        open === undefined,
        record,
        () => `the mirror has stopped, but the request ${open?.number} of record ${open?.asked.seq} is still under way`,
      );
    }
    if (record.kind !== 'list.requested' && record.kind !== 'watch.requested') return;
    const name = nameOfList(record.list);
    const others = [...lines.openOf(record.actor)].filter(
      ({ number, asked, list }) => number !== record.request && asked.kind === record.kind && nameOfList(list) === name,
    );
    this.expect(
      others.length === 0,
      record,
      () =>
        `a second ${record.kind === 'list.requested' ? 'list' : 'watch'} of ${showList(record.list)} was asked for while that of record ${others[0]?.asked.seq} was under way`,
    );
  }
}

interface Attempt {
  /** When it began. */
  at: number;
  seq: number;
  /** A list was the last thing that was asked for: the watch that follows belongs to it. */
  endsWithList: boolean;
  /** A page has expired, or a stream was refused: the list that follows belongs to it. */
  mayListAgain: boolean;
}

class Paced extends Judge {
  private readonly attempts = new Map<string, Attempt>();

  protected look(record: HistoryRecord): void {
    const declared = this.world.audience.mirrorOf(record.actor).declared;
    if (declared?.minResyncInterval === undefined) return;
    if (record.kind === 'list.requested' || record.kind === 'watch.requested') this.begin(record, declared.minResyncInterval);
    if (record.kind !== 'list.failed' && record.kind !== 'watch.ended') return;
    const request = this.world.lines.request(record.request);
    const attempt = request === undefined ? undefined : this.attempts.get(`${request.actor} ${nameOfList(request.list)}`);
    if (request === undefined || attempt === undefined) return;
    const isExpiredPage =
      request.asked.kind === 'list.requested' && request.asked.continue !== undefined && record.code === 'revision-compacted';
    const isNoStream =
      request.asked.kind === 'watch.requested' && request.asked.initialList === true && record.code === 'operation-not-supported';
    attempt.mayListAgain = isExpiredPage || isNoStream;
  }

  private begin(record: ListRequestedRecord | WatchRequestedRecord, pace: number): void {
    const name = `${record.actor} ${nameOfList(record.list)}`;
    const attempt = this.attempts.get(name);
    const isList = record.kind === 'list.requested';
    const goesOn = isList
      ? record.continue !== undefined || attempt?.mayListAgain === true
      : attempt?.endsWithList === true && record.initialList !== true;
    if (attempt !== undefined && goesOn) {
      attempt.endsWithList = isList;
      attempt.mayListAgain = false;
      return;
    }
    this.attempts.set(name, { at: record.at, seq: record.seq, endsWithList: isList, mayListAgain: false });
    if (attempt === undefined) return;
    const passed = record.at - attempt.at;
    const early = this.world.header.slack > 0 ? 1 : 0; // real timers are cut to whole milliseconds
    this.expect(
      passed + early >= pace,
      record,
      () =>
        `an attempt at ${showList(record.list)} began ${passed} ms after that of record ${attempt.seq}: at least ${pace} ms were declared`,
    );
  }
}

export function singleFlight(world: World): Judge {
  return new SingleFlight(
    'R18',
    'At most one list and one watch of a type are under way, and none when the mirror has stopped.',
    world,
  );
}

export function paced(world: World): Judge {
  return new Paced('R20', 'Two attempts are never closer than the pace that was declared.', world);
}
