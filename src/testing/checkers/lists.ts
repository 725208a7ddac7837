/** C6 and R13: a list is one state of the datastore, whole, and nothing of it is told before it is. */
import type { HistoryRecord, ListAnsweredRecord, ListedItem, ListRequestedRecord } from '../history/record.js';
import { Judge } from './checker.js';
import type { CompletedList } from './lines.js';
import { isToldByKey, nameOfList, showList } from './selection.js';
import { PictureSum } from './truth-view.js';
import type { World } from './world.js';

class OneState extends Judge {
  protected look(record: HistoryRecord): void {
    const { truth, lines } = this.world;
    const { completed } = lines;
    if (completed?.revision === undefined || !truth.isKnown || !isToldByKey(completed.list)) return;
    this.judge(record, completed, completed.revision);
  }

  private judge(record: HistoryRecord, { list, items, first }: CompletedList, revision: string): void {
    const { truth } = this.world;
    const view = truth.viewOf(list);
    const before = view.excluded.length;
    const sum = new PictureSum();
    const excluded = new Set(view.excluded);
    const foreign = [...items.keys()].find((key) => !view.covers(key));
    for (const [key, item] of items) if (!excluded.has(key)) sum.add(key, item);
    truth.when(revision, () => {
      const places = truth.positionsOf(revision);
      if (!truth.isKnown || view.excluded.length > before || places.length === 0) return;
      const holds = foreign === undefined && places.some((position) => view.isAt(sum, position));
      this.expect(holds, record, () =>
        foreign === undefined
          ? `the list of ${showList(list)} that record ${first.seq} asked for holds ${items.size} objects, which are not those of revision ${revision}, at which it says to be`
          : `the list of ${showList(list)} that record ${first.seq} asked for holds ${foreign}, which it does not select`,
      );
    });
  }
}

class Paging extends Judge {
  /** By mirror: states of keys that were told, `whole` once they stood in something complete. */
  private readonly told = new Map<string, Map<string, 'part' | 'whole'>>();
  /** By actor and list: a page has expired, and record `seq` said so. */
  private readonly expired = new Map<string, number>();

  protected look(record: HistoryRecord): void {
    const { completed } = this.world.lines;
    if (record.kind === 'list.requested') this.judgeRequest(record);
    if (record.kind === 'list.answered') this.judgePage(record);
    if (record.kind === 'list.failed') {
      const asked = this.world.lines.request(record.request)?.asked;
      const isPage = asked?.kind === 'list.requested' && asked.continue !== undefined;
      if (isPage && record.code === 'revision-compacted') this.expired.set(`${asked.actor} ${nameOfList(asked.list)}`, record.seq);
    }
    if (record.kind === 'watch.received')
      this.noteEvents(
        record.actor,
        record.request,
        record.events.flatMap(({ key, objectRevision: revision, hash = '' }) =>
          key === undefined ? [] : [{ key, hash, ...(revision === undefined ? {} : { revision }) }],
        ),
      );
    if (completed !== undefined) this.note(completed.actor, completed.items.values(), 'whole');
    if (record.kind === 'updates') this.judgeUpdates(record);
  }

  private judgeRequest(record: ListRequestedRecord): void {
    const name = `${record.actor} ${nameOfList(record.list)}`;
    const since = this.expired.get(name);
    if (since === undefined) return;
    this.expired.delete(name);
    this.expect(
      record.continue === undefined,
      record,
      () =>
        `a page of ${showList(record.list)} had expired with record ${since}, and the list goes on with another one: it has to begin anew`,
    );
  }

  private judgePage(record: ListAnsweredRecord): void {
    const request = this.world.lines.request(record.request);
    const pages = request?.pages;
    if (request === undefined || pages === undefined) return;
    if (!pages.isComplete) this.note(request.actor, record.items, 'part');
    if (request.asked.kind === 'list.requested' && request.asked.continue !== undefined)
      this.expect(
        record.revision === pages.revision,
        record,
        () =>
          `a page is of revision ${record.revision}, and the first one, which record ${pages.first.seq} asked for, of ${pages.revision}`,
      );
  }

  private judgeUpdates(record: HistoryRecord): void {
    const consumer = this.world.audience.consumers.get(record.actor);
    const told = this.told.get(consumer?.mirror.actor ?? '');
    if (told === undefined) return;
    for (const { update, type } of consumer?.told ?? []) {
      const { key, revision, hash } = update;
      if (type === undefined || hash === null || revision === undefined) continue;
      this.expect(
        told.get(stateName({ key, revision, hash })) !== 'part',
        record,
        () => `${key} at revision ${revision} was told, which only a list has that is not complete`,
      );
    }
  }

  private noteEvents(actor: string, request: number, items: readonly ListedItem[]): void {
    const isPart = this.world.lines.request(request)?.pages?.isComplete === false;
    this.note(actor, items, isPart ? 'part' : 'whole');
  }

  private note(actor: string, items: Iterable<ListedItem>, how: 'part' | 'whole'): void {
    const told = this.told.get(actor) ?? new Map<string, 'part' | 'whole'>();
    this.told.set(actor, told);
    for (const item of items) {
      const name = stateName(item);
      if (how === 'whole' || !told.has(name)) told.set(name, how);
    }
  }
}

function stateName({ key, revision, hash }: ListedItem): string {
  return JSON.stringify([key, revision, hash]);
}

export function oneState(world: World): Judge {
  return new OneState('C6', 'A list is the state at one revision.', world);
}

export function paging(world: World): Judge {
  return new Paging(
    'R13',
    'All pages are of one revision, a part of a list is never told, and an expired page begins the list anew.',
    world,
  );
}
