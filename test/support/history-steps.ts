/** Short words for writing histories by hand. */
import type {
  CalledOperation,
  History,
  HistoryHeader,
  HistoryNote,
  HistoryRecord,
  ListedItem,
  MirroredTypeNote,
  ReceivedEvent,
  ToldUpdate,
} from '../../src/testing/index.js';

/** One thing that happens; a number lets so many milliseconds pass. */
export type Step = number | (HistoryNote & { readonly actor?: string }) | readonly Step[];

export const header: HistoryHeader = {
  format: 'heliostat-history',
  version: 1,
  minor: 0,
  revisions: 'integers',
  slack: 0,
  calls: 'complete',
};

/** Puts steps in a row. */
export function historyOf(
  steps: readonly Step[],
  changes: Partial<HistoryHeader> = {},
): History & { readonly records: readonly HistoryRecord[] } {
  let at = 0;
  const records: HistoryRecord[] = [];
  const put = (step: Step): void => {
    if (typeof step === 'number') at += step;
    else if (isRow(step)) step.forEach(put);
    else records.push({ seq: records.length + 1, at, actor: 'mirror:1', ...step });
  };
  steps.forEach(put);
  return { header: { ...header, ...changes }, records };
}

function isRow(step: Step): step is readonly Step[] {
  return Array.isArray(step);
}

type Change = readonly [key: string, hash: string | null, uid?: string];

export const wrote = (revision: string, ...changes: readonly Change[]): Step => ({
  actor: 'datastore',
  kind: 'write',
  revision,
  changes: changes.map(([key, hash, uid]) => (uid === undefined ? { key, hash } : { key, hash, uid })),
});
export const unreadable = (revision: string, key: string): Step => ({
  actor: 'datastore',
  kind: 'write',
  revision,
  changes: [{ key, hash: null, malformed: true }],
});
export const began = (revision = '1', ...items: readonly ListedItem[]): Step => ({
  actor: 'datastore',
  kind: 'state',
  revision,
  items,
});
export const item = (key: string, hash: string, revision: string): ListedItem => ({ key, hash, revision });

const pods = { kind: 'pods' };
export const started = (extra: object = {}, type: Partial<MirroredTypeNote> = {}): Step => ({
  kind: 'mirror.started',
  types: [{ list: pods, passThrough: true, ...type }],
  ...extra,
});
export const fresh = (key: string, hash: string, revision: string, extra: Partial<ToldUpdate> = {}): ToldUpdate => ({
  op: 'new',
  key,
  hash,
  revision,
  ...extra,
});
export const changed = (key: string, hash: string, revision: string, extra: Partial<ToldUpdate> = {}): ToldUpdate => ({
  op: 'updated',
  key,
  hash,
  revision,
  ...extra,
});
export const gone = (key: string, extra: Partial<ToldUpdate> = {}): ToldUpdate => ({ op: 'deleted', key, hash: null, ...extra });
export const told = (...updates: readonly ToldUpdate[]): Step => [
  { kind: 'updates', updates },
  { kind: 'callback.returned', callback: 'onUpdates' },
];
export const status = (value: 'waitForDatastore' | 'resyncInProgress' | 'inSync'): Step => [
  { kind: 'status', status: value },
  { kind: 'callback.returned', callback: 'onStatusUpdated' },
];
export const resyncing: Step = [status('waitForDatastore'), status('resyncInProgress')];
export const notice = (callback: 'parseFailed' | 'parseMended' | 'onProblem', extra: object = {}): Step => [
  { kind: 'notice', callback, ...extra },
  { kind: 'callback.returned', callback },
];

export const asks = (request: number, extra: object = {}, actor = 'mirror:1'): Step => ({
  actor,
  kind: 'list.requested',
  request,
  list: pods,
  ...extra,
});
export const answers = (
  request: number,
  revision: string,
  items: readonly ListedItem[],
  extra: object = {},
  actor = 'mirror:1',
): Step => ({
  actor,
  kind: 'list.answered',
  request,
  revision,
  items,
  ...extra,
});
export const listed = (request: number, revision: string, ...items: readonly ListedItem[]): Step => [
  asks(request),
  answers(request, revision, items),
];
export const watched = (request: number, revision: string | undefined, actor = 'mirror:1'): Step => [
  { actor, kind: 'watch.requested', request, list: pods, ...(revision === undefined ? {} : { revision }) },
  { actor, kind: 'watch.opened', request },
];
export const brought = (request: number, events: readonly ReceivedEvent[], actor = 'mirror:1'): Step => ({
  actor,
  kind: 'watch.received',
  request,
  events,
});
export const ended = (request: number, code = 'datastore-unavailable', actor = 'mirror:1'): Step => ({
  actor,
  kind: 'watch.ended',
  request,
  reason: 'failed',
  code,
});
export const modified = (key: string, hash: string, revision: string): ReceivedEvent => ({
  type: 'MODIFIED',
  key,
  hash,
  revision,
  objectRevision: revision,
});
export const deleted = (key: string, revision: string): ReceivedEvent => ({ type: 'DELETED', key, revision });
export const bookmark = (revision: string): ReceivedEvent => ({ type: 'BOOKMARK', revision });

export const healed: Step = { actor: 'weather', kind: 'healed', bound: 1_000 };
export const over: Step = { actor: 'play', kind: 'ended' };
export const stopping = (mode: 'emitDeletes' | 'drain' | 'silent' = 'emitDeletes', limit = 5_000): Step => ({
  kind: 'mirror.stopping',
  mode,
  limit,
});
export const stopped = (extra: object = {}): Step => ({ kind: 'mirror.stopped', ...extra });

export const calls = (
  call: number,
  op: CalledOperation['op'] | 'transaction',
  operations: readonly CalledOperation[],
  actor = 'client:1',
): Step => ({
  actor,
  kind: 'call.began',
  call,
  op,
  operations,
});
export const gets = (call: number, key: string, actor = 'client:1'): Step => ({ actor, kind: 'call.began', call, op: 'get', key });
export const returns = (call: number, items: readonly ListedItem[], revision?: string, actor = 'client:1'): Step => ({
  actor,
  kind: 'call.returned',
  call,
  items,
  ...(revision === undefined ? {} : { revision }),
});
export const fails = (call: number, code: string, actor = 'client:1'): Step => ({ actor, kind: 'call.failed', call, code });
