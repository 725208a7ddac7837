/** L0: the reflector chart against its total table, over every pair of places of its mirror and its link. */
import { describe, expect, it } from 'vitest';
import { transition, type SnapshotFrom } from 'xstate';
import { reflectorMachine, type ReflectorContext, type ReflectorEvent } from '../../machines/index.js';
import {
  linkTable,
  mirrorTable,
  type LinkHappening,
  type LinkPlace,
  type MirrorHappening,
  type MirrorPlace,
} from '../../machines/reflector.table.js';
import type { FailureKind } from '../../src/index.js';
import { syncerDefaults } from '../../src/index.js';

type Snapshot = SnapshotFrom<typeof reflectorMachine>;
const request = 7;

const context: ReflectorContext = {
  timings: syncerDefaults,
  streamsLists: false,
  redeliverInterval: 0,
  revision: '5',
  floor: '5',
  request,
  listFailures: 0,
  watchFailures: 0,
  errorsAtRevision: 0,
  emptyWatches: 0,
  staleLists: 0,
  missingAnswers: 0,
  spent: 0,
  retryAfter: 0,
};

const mirrorPlaces = Object.keys(mirrorTable) as MirrorPlace[]; // the keys of an object of ours
const linkPlaces = Object.keys(linkTable) as LinkPlace[];
const happenings = Object.keys(mirrorTable.idle) as MirrorHappening[];
const linkHappenings = Object.keys(linkTable.connected) as LinkHappening[];

/** `a.b` as a state value. */
function valueOf(place: string): unknown {
  const [first = '', ...rest] = place.split('.');
  return rest.length === 0 ? first : { [first]: valueOf(rest.join('.')) };
}

function placeOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Object.entries(value as object)
    .map(([state, inner]) => `${state}.${placeOf(inner)}`)
    .join();
}

function at(mirror: MirrorPlace, link: LinkPlace, changes: Partial<ReflectorContext> = {}): Snapshot {
  const value =
    mirror === 'idle' || mirror === 'stopped' ? mirror : { running: { mirror: valueOf(mirror), link, redelivery: 'off' } };
  return reflectorMachine.resolveState({
    value: value as never, // the table's places are the chart's, which this test shows
    context: { ...context, ...changes },
    ...(mirror === 'stopped' ? { status: 'done' as const } : {}),
  });
}

function mirrorOf({ value }: Snapshot): string {
  return typeof value === 'string' ? value : placeOf(value.running.mirror);
}

function linkOf({ value }: Snapshot): string | undefined {
  return typeof value === 'string' ? undefined : value.running.link;
}

/** The event of a happening; a delay's is that of the state that owns it, or of any other when none here does. */
function eventOf(happening: MirrorHappening | LinkHappening, snapshot: Snapshot): ReflectorEvent {
  return facts(happening) ?? delayEvent(happening, snapshot);
}

function facts(happening: string): ReflectorEvent | undefined {
  const failure = (text: string | undefined) =>
    text === undefined ? undefined : { kind: text as FailureKind, error: new Error(text), retryAfter: 0 };
  const [, op, unopened, kind] = /^(list\.failed|watch\.ended)( unopened)?(?: as (\w+)| in peace)$/.exec(happening) ?? [];
  const known = failure(kind);
  if (op === 'list.failed' && known !== undefined) return { type: op, request, failure: known, took: 0 };
  if (op === 'watch.ended')
    return { type: op, request, failure: known, wasOpened: unopened === undefined, received: 1, lasted: 5_000 };
  switch (happening) {
    case 'start':
    case 'stop':
    case 'contact.missed':
    case 'link.lost':
      return { type: happening };
    case 'list.progressed':
    case 'watch.opened':
      return { type: happening, request };
    case 'list.completed':
      return { type: happening, request, revision: '9', list: { items: [] }, took: 0 };
    case 'list.completed without revision':
      return { type: 'list.completed', request, revision: undefined, list: { items: [] }, took: 0 };
    case 'watch.received':
      return { type: happening, request, revision: '9', events: [] };
    default:
      return undefined;
  }
}

function delayEvent(happening: string, snapshot: Snapshot): ReflectorEvent {
  const delay = happening.replace('after ', '');
  const owner = snapshot._nodes.find(({ after }) => after.some((timer) => timer.delay === delay));
  return { type: `xstate.after.${delay}.${owner?.id ?? 'nobody'}` } as unknown as ReflectorEvent; // XState's own event of a delay
}

/** What the link does with something that the mirror's table names, and the other way round. */
function linkOutcome(link: LinkPlace, happening: MirrorHappening): LinkPlace | 'ignored' {
  const as =
    happening === 'list.completed without revision'
      ? 'list.completed'
      : happening === 'watch.ended as unsupported'
        ? 'watch.ended as compacted'
        : happening;
  return linkHappenings.includes(as as LinkHappening) ? linkTable[link][as as LinkHappening] : 'ignored';
}

const cells = mirrorPlaces.flatMap((mirror) => happenings.map((happening) => ({ mirror, happening })));

describe('the total table of the reflector', () => {
  it.each(cells)('$mirror, $happening', ({ mirror, happening }) => {
    for (const link of linkPlaces) {
      const before = at(mirror, link);
      const [after, actions] = transition(reflectorMachine, before, eventOf(happening, before));
      const outcome = mirrorTable[mirror][happening];
      expect(mirrorOf(after), `with link ${link}`).toBe(outcome === 'ignored' ? mirror : outcome);
      if (mirror === 'idle' || mirror === 'stopped' || after.status === 'done') continue;
      const linked =
        happening === 'after requestTimeout' || happening === 'after idleLimit'
          ? missed(mirror, outcome, link)
          : linkOutcome(link, happening);
      expect(linkOf(after), `link ${link}`).toBe(linked === 'ignored' ? link : linked);
      if (outcome === 'ignored' && linked === 'ignored' && !(link === 'disconnected' && happening.startsWith('list.failed'))) {
        expect(after, 'ignored: the same snapshot').toBe(before);
        expect(actions).toEqual([]);
      }
    }
  });

  /** A limit that passes is a missed contact, except for the audit, which nobody needs. */
  function missed(mirror: MirrorPlace, outcome: string, link: LinkPlace): LinkPlace | 'ignored' {
    return outcome === 'ignored' || mirror === 'watching.auditing.receiving' ? 'ignored' : linkTable[link]['contact.missed'];
  }

  it.each(linkPlaces.flatMap((link) => linkHappenings.map((happening) => ({ link, happening }))))(
    'link $link, $happening',
    ({ link, happening }) => {
      for (const mirror of mirrorPlaces) {
        if (mirror === 'idle' || mirror === 'stopped') continue;
        const before = at(mirror, link);
        const [after] = transition(reflectorMachine, before, eventOf(happening, before));
        const outcome = linkTable[link][happening];
        expect(linkOf(after), `with mirror ${mirror}`).toBe(outcome === 'ignored' ? link : outcome);
      }
    },
  );

  it('a link that is lost takes the mirror out of sync, wherever it is', () => {
    for (const mirror of mirrorPlaces) {
      if (mirror === 'idle' || mirror === 'stopped' || mirror.endsWith('following')) continue;
      for (const link of ['neverConnected', 'silent'] as const) {
        const before = at(mirror, link);
        const [after] = transition(reflectorMachine, before, eventOf('after watchRetryTimeout', before));
        expect(after.hasTag('disconnected') && after.hasTag('inSync'), mirror).toBe(false);
      }
    }
  });

  it('R9: a fact of a request that is over changes nothing, anywhere: the same snapshot, and no effect', () => {
    for (const mirror of mirrorPlaces) {
      for (const link of linkPlaces) {
        for (const happening of [...happenings, ...linkHappenings]) {
          for (const late of [request - 1, request + 1]) {
            const event = facts(happening);
            if (event === undefined || !('request' in event)) continue;
            const before = at(mirror, link);
            const [after, actions] = transition(reflectorMachine, before, { ...event, request: late });
            expect(after, `${mirror}, ${link}, ${happening}`).toBe(before);
            expect(actions).toEqual([]);
          }
        }
      }
    }
  });

  it('R9: a request is over when its state is left, so its late facts are those of another', () => {
    for (const mirror of mirrorPlaces) {
      const before = at(mirror, 'connected');
      for (const happening of happenings) {
        const [after] = transition(reflectorMachine, before, eventOf(happening, before));
        const isRequesting = /requesting|streaming|auditing|streamed/.test(mirror);
        const wasLeft = isRequesting && mirrorOf(after).split('.').slice(0, 2).join() !== mirror.split('.').slice(0, 2).join();
        if (wasLeft && after.status === 'active' && !mirror.startsWith('streamed'))
          expect(after.context.request, `${mirror}, ${happening}`).toBeGreaterThan(request);
      }
    }
  });
});

describe('the guards of the reflector, on their other side', () => {
  const go = (mirror: MirrorPlace, happening: MirrorHappening, changes: Partial<ReflectorContext>) => {
    const before = at(mirror, 'connected', changes);
    const [after, actions] = transition(reflectorMachine, before, eventOf(happening, before));
    return { place: mirrorOf(after), context: after.context, actions: actions.map(({ type }) => type) };
  };

  it('isFirstMissing: the second answer, or one to somebody who has nothing, removes everything', () => {
    for (const changes of [{ missingAnswers: 1 }, { revision: undefined }]) {
      for (const mirror of ['listing.requesting.receiving', 'polling.requesting.receiving'] as const) {
        const { place, actions } = go(mirror, 'list.failed as missing', changes);
        expect(place).toBe('polling.missing');
        expect(actions).toContain('removeAll');
      }
    }
  });

  it('isLastErrorAtRevision: one error more than allowed, and the revision is given up', () => {
    const { place, context: after } = go('watching.streaming.following', 'watch.ended as unknown', { errorsAtRevision: 4 });
    expect(place).toBe('watching.lapsed');
    expect(after.errorsAtRevision).toBe(0);
  });

  it('isLastEmptyWatch: closed at once for the last time', () => {
    const before = at('watching.streaming.following', 'connected', { emptyWatches: 4 });
    const ended = { type: 'watch.ended', request, failure: undefined, wasOpened: true, received: 0, lasted: 10 } as const;
    expect(mirrorOf(transition(reflectorMachine, before, ended)[0])).toBe('polling.waiting');
    expect(mirrorOf(transition(reflectorMachine, before, { ...ended, received: 1 })[0])).toBe('watching.waiting');
    expect(mirrorOf(transition(reflectorMachine, before, { ...ended, lasted: 1_000 })[0])).toBe('watching.waiting');
  });

  it('canStreamLists: a list is a stream where that is wanted and not refused', () => {
    expect(go('listing.waiting', 'after listRetry', { streamsLists: true }).place).toBe('streamed.filling.receiving');
    expect(go('idle', 'start', { streamsLists: true }).place).toBe('streamed.filling.receiving');
    expect(go('streamed.filling.receiving', 'watch.ended as unsupported', { streamsLists: true })).toMatchObject({
      place: 'listing.requesting.receiving',
      context: { streamsLists: false },
    });
  });

  it('isRedelivering: the redelivery timer begins with the first list, and rings again and again', () => {
    const before = at('listing.requesting.receiving', 'connected', { redeliverInterval: 1_000 });
    const [listed] = transition(reflectorMachine, before, eventOf('list.completed', before));
    expect(listed.value).toMatchObject({ running: { redelivery: 'armed' } });
    const [again, actions] = transition(reflectorMachine, listed, {
      type: 'xstate.after.redeliverInterval.reflector.running.redelivery.armed',
    } as never);
    expect(again.value).toEqual(listed.value);
    expect(actions.map(({ type }) => type)).toContain('redeliver');
  });

  it('D4: the revision moves with a list or a batch, and with nothing else', () => {
    for (const mirror of mirrorPlaces) {
      for (const happening of happenings) {
        const { context: after, actions } = go(mirror, happening, {});
        if (after.revision !== context.revision)
          expect(
            actions.some((type) => type === 'replaceAll' || type === 'commit'),
            `${mirror}, ${happening}`,
          ).toBe(true);
      }
    }
  });
});
