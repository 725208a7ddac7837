/**
 * What each kind of record must look like, as data: readers check lines against it, and docs/history.schema.json is made from it. The
 * compiler holds it to the types: a field that is missing here, or is too many, does not compile.
 */
import { SyncStatus } from '../../model/status.js';
import { UpdateType } from '../../model/update.js';
import { WatchEventType } from '../../model/watch.js';
import type { HistoryHeader, HistoryKind, HistoryRecord } from './record.js';
import { boolean, count, constant, listOf, map, nullable, objectOf, oneOf, optional, text, time, type Fields } from './shape.js';

const listed = objectOf({ key: text, hash: text, revision: optional(text), uid: optional(text) });
const written = objectOf({ key: text, hash: nullable(text), uid: optional(text), malformed: optional(boolean) });
const selection = objectOf({
  kind: optional(text),
  namespace: optional(text),
  name: optional(text),
  prefix: optional(boolean),
  labelSelector: optional(map),
});
const event = objectOf({
  type: oneOf(Object.values(WatchEventType)),
  revision: text,
  key: optional(text),
  hash: optional(text),
  objectRevision: optional(text),
  uid: optional(text),
  rawKey: optional(text),
  initialListEnd: optional(boolean),
});
const update = objectOf({
  op: oneOf([UpdateType.New, UpdateType.Updated, UpdateType.Deleted]),
  key: text,
  hash: nullable(text),
  revision: optional(text),
  uid: optional(text),
  source: optional(text),
  previousHash: optional(text),
  previousRevision: optional(text),
  finalStateUnknown: optional(boolean),
  recreated: optional(boolean),
});
const operation = objectOf({
  op: oneOf(['create', 'update', 'apply', 'delete']),
  key: text,
  hash: optional(text),
  expected: optional(text),
  expectedUid: optional(text),
  expires: optional(boolean),
});
const mirroredType = objectOf({ list: selection, passThrough: boolean, deletesOnDisconnect: optional(boolean) });
const notices = ['parseFailed', 'parseMended', 'syncFailed', 'syncRecovered', 'onProblem'] as const;
const callbacks = ['onUpdates', 'onStatusUpdated', ...notices] as const;

/** The fields of the first line. */
export const headerFields: Fields<HistoryHeader> = {
  format: constant('heliostat-history'),
  version: constant(1),
  minor: count,
  revisions: oneOf(['integers', 'opaque']),
  slack: time,
  calls: oneOf(['complete', 'some']),
  title: optional(text),
};

/** The fields that every record has. */
export const placeFields: Fields<Pick<HistoryRecord, 'seq' | 'at' | 'actor'>> = { seq: count, at: time, actor: text };

type OfKind<K extends HistoryKind> = Omit<Extract<HistoryRecord, { readonly kind: K }>, 'seq' | 'at' | 'actor' | 'kind'>;

/** The fields of each kind besides those that every record has. */
export const recordFields: { readonly [K in HistoryKind]: Fields<OfKind<K>> } = {
  write: { revision: text, changes: listOf(written) },
  state: { revision: text, items: listOf(listed), malformed: optional(listOf(text)), storeId: optional(text) },
  compacted: { revision: text },
  'truth.lost': { code: text },
  'list.requested': {
    request: count,
    list: selection,
    notOlderThan: optional(text),
    exact: optional(text),
    limit: optional(count),
    continue: optional(text),
  },
  'list.answered': {
    request: count,
    items: listOf(listed),
    revision: optional(text),
    continue: optional(text),
    malformed: optional(listOf(text)),
    storeId: optional(text),
  },
  'list.failed': { request: count, code: text },
  'watch.requested': { request: count, list: selection, revision: optional(text), initialList: optional(boolean) },
  'watch.opened': { request: count },
  'watch.received': { request: count, events: listOf(event) },
  'watch.ended': { request: count, reason: oneOf(['stopped', 'closed', 'failed', 'refused']), code: optional(text) },
  'request.cancelled': { request: count },
  updates: { updates: listOf(update) },
  status: { status: oneOf(Object.values(SyncStatus)) },
  notice: {
    callback: oneOf(notices),
    rawKey: optional(text),
    revision: optional(text),
    problem: optional(oneOf(['processorFailed', 'keyCollision', 'consumerFailed', 'crashed'])),
    failed: optional(oneOf(callbacks)),
  },
  'callback.returned': { callback: oneOf(callbacks), failed: optional(boolean) },
  'call.began': {
    call: count,
    op: oneOf(['create', 'update', 'apply', 'delete', 'get', 'transaction', 'clean']),
    operations: optional(listOf(operation)),
    key: optional(text),
    exact: optional(text),
    deadline: optional(time),
  },
  'call.returned': { call: count, revision: optional(text), items: listOf(listed) },
  'call.failed': { call: count, code: text },
  'mirror.started': {
    types: listOf(mirroredType),
    minResyncInterval: optional(time),
    watchRetryTimeout: optional(time),
    maxStaleLists: optional(count),
    maxBatchSize: optional(count),
  },
  'mirror.synced': {},
  'mirror.stopping': { mode: oneOf(['emitDeletes', 'drain', 'silent']), limit: optional(time) },
  'mirror.stopped': {
    undelivered: optional(count),
    timers: optional(count),
    requests: optional(count),
    listeners: optional(count),
  },
  fault: { fault: text },
  healed: { bound: time },
  ended: {},
};
