/** The places of the reflector chart and what can happen there, as snapshots and events of the chart. */
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
import { syncerDefaults, type FailureKind } from '../../src/index.js';

type Snapshot = SnapshotFrom<typeof reflectorMachine>;
export const request = 7;

export const context: ReflectorContext = {
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

export const mirrorPlaces = Object.keys(mirrorTable) as MirrorPlace[]; // the keys of an object of ours
export const linkPlaces = Object.keys(linkTable) as LinkPlace[];
export const happenings = Object.keys(mirrorTable.idle) as MirrorHappening[];
export const linkHappenings = Object.keys(linkTable.connected) as LinkHappening[];

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

export function at(mirror: MirrorPlace, link: LinkPlace, changes: Partial<ReflectorContext> = {}): Snapshot {
  const value =
    mirror === 'idle' || mirror === 'stopped' ? mirror : { running: { mirror: valueOf(mirror), link, redelivery: 'off' } };
  return reflectorMachine.resolveState({
    value: value as never, // the table's places are the chart's, which this test shows
    context: { ...context, ...changes },
    ...(mirror === 'stopped' ? { status: 'done' as const } : {}),
  });
}

export function mirrorOf({ value }: Snapshot): string {
  return typeof value === 'string' ? value : placeOf(value.running.mirror);
}

export function linkOf({ value }: Snapshot): string | undefined {
  return typeof value === 'string' ? undefined : value.running.link;
}

/** The event of a happening; a delay's is that of the state that owns it, or of any other when none here does. */
export function eventOf(happening: MirrorHappening | LinkHappening, snapshot: Snapshot): ReflectorEvent {
  return facts(happening) ?? delayEvent(happening, snapshot);
}

export function facts(happening: string): ReflectorEvent | undefined {
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

/** Lets something happen, and says where it led. */
export const go = (mirror: MirrorPlace, happening: MirrorHappening, changes: Partial<ReflectorContext>) => {
  const before = at(mirror, 'connected', changes);
  const [after, actions] = transition(reflectorMachine, before, eventOf(happening, before));
  return { place: mirrorOf(after), context: after.context, actions: actions.map(({ type }) => type) };
};
