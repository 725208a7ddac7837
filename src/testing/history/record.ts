/**
 * A history: what a datastore, its mirrors and its clients did, one record after the other. docs/history-format.md describes every
 * kind and every field for those who write histories with other tools.
 *
 * Values are not in it, only their hashes: a history stays small and tells no secrets.
 */
import type { Key } from '../../model/key.js';
import type { ListOptions } from '../../model/list-options.js';
import type { Revision } from '../../model/revision.js';
import type { SyncStatus } from '../../model/status.js';
import type { StopOptions, SyncerCallbacks, SyncerProblem } from '../../model/syncer.js';
import type { UpdateType } from '../../model/update.js';
import type { WatchEventType } from '../../model/watch.js';

/** The hash of a value: equal for equal values of one history. `null` where there is no object. */
export type ValueHash = string;

/** The first line of a history. */
export interface HistoryHeader {
  readonly format: 'heliostat-history';
  /** Changes when a reader of the version before would misunderstand. */
  readonly version: 1;
  /** Grows when there are kinds or fields that a reader of the minor version before does not know. */
  readonly minor: number;
  /**
   * - `integers`: revisions are decimal numbers that grow, of any length.
   * - `opaque`: nothing is known of them but the order in which the datastore wrote them.
   */
  readonly revisions: 'integers' | 'opaque';
  /** How late a timer of the clock may be, in milliseconds: what time limits are given on top. 0 in simulated time. */
  readonly slack: number;
  /** `complete`: every write was made by a call that is recorded, so that calls can be judged as a whole (C1). */
  readonly calls: 'complete' | 'some';
  /** What this is a history of, for people. */
  readonly title?: string;
}

interface RecordBase {
  /** 1 for the first record, and one more for each. */
  readonly seq: number;
  /** When, in milliseconds of the clock. Never decreases. */
  readonly at: number;
  /**
   * Who: `datastore`, `mirror:1`, `client:2`. A consumer of a mirror that is not its first carries the mirror's name before a slash,
   * `mirror:1/dashboard`.
   */
  readonly actor: string;
}

/** An object as it was listed. */
export interface ListedItem {
  readonly key: Key;
  readonly hash: ValueHash;
  readonly revision?: Revision;
  readonly uid?: string;
}

/** What a revision did to one key. */
export interface WrittenChange {
  readonly key: Key;
  /** Null: the object is gone. */
  readonly hash: ValueHash | null;
  readonly uid?: string;
  /** There is an entry that cannot be read. */
  readonly malformed?: boolean;
}

/** The truth: one revision that the datastore committed, with everything that it changed. */
export interface WriteRecord extends RecordBase {
  readonly kind: 'write';
  readonly revision: Revision;
  readonly changes: readonly WrittenChange[];
}

/** The truth: everything that the datastore holds at one revision. It begins a history of a datastore that was not empty; another
 * one says that the datastore was replaced, by a restored backup say. */
export interface StateRecord extends RecordBase {
  readonly kind: 'state';
  readonly revision: Revision;
  readonly items: readonly ListedItem[];
  /** Raw keys of entries that cannot be read. */
  readonly malformed?: readonly string[];
  readonly storeId?: string;
}

/** The truth: what was before `revision` cannot be read any more. */
export interface CompactedRecord extends RecordBase {
  readonly kind: 'compacted';
  readonly revision: Revision;
}

/** From here on nobody records the truth any more: what depends on it is not judged. */
export interface TruthLostRecord extends RecordBase {
  readonly kind: 'truth.lost';
  readonly code: string;
}

/** A page of a list is asked for. */
export interface ListRequestedRecord extends RecordBase {
  readonly kind: 'list.requested';
  /** Numbers lists and watches together. */
  readonly request: number;
  readonly list: ListOptions;
  readonly notOlderThan?: Revision;
  /** The state at this revision is asked for, and no other. */
  readonly exact?: Revision;
  readonly limit?: number;
  readonly continue?: string;
}

/** A page of a list has arrived. */
export interface ListAnsweredRecord extends RecordBase {
  readonly kind: 'list.answered';
  readonly request: number;
  readonly items: readonly ListedItem[];
  readonly revision?: Revision;
  readonly continue?: string;
  /** Raw keys of entries that cannot be read. */
  readonly malformed?: readonly string[];
  readonly storeId?: string;
}

/** A page of a list will not arrive. */
export interface ListFailedRecord extends RecordBase {
  readonly kind: 'list.failed';
  readonly request: number;
  /** The code of the error, or its name where it has none. */
  readonly code: string;
}

/** A watch is asked for. */
export interface WatchRequestedRecord extends RecordBase {
  readonly kind: 'watch.requested';
  readonly request: number;
  readonly list: ListOptions;
  /** What happened after it. With `initialList`: a list that is not older. */
  readonly revision?: Revision;
  readonly initialList?: boolean;
}

/** The datastore has accepted a watch. */
export interface WatchOpenedRecord extends RecordBase {
  readonly kind: 'watch.opened';
  readonly request: number;
}

/** One event of a watch. */
export interface ReceivedEvent {
  readonly type: WatchEventType;
  readonly revision: Revision;
  /** Of an object, present or gone. */
  readonly key?: Key;
  /** Of an object that is present. */
  readonly hash?: ValueHash;
  readonly objectRevision?: Revision;
  readonly uid?: string;
  /** Of an entry that cannot be read, or can again. */
  readonly rawKey?: string;
  /** Of a bookmark: the list that was asked for is complete with it. */
  readonly initialListEnd?: boolean;
}

/** A watch has brought a batch. */
export interface WatchReceivedRecord extends RecordBase {
  readonly kind: 'watch.received';
  readonly request: number;
  readonly events: readonly ReceivedEvent[];
}

/** A watch is over, or was refused. */
export interface WatchEndedRecord extends RecordBase {
  readonly kind: 'watch.ended';
  readonly request: number;
  /** `stopped` by whoever asked for it, `closed` by the datastore in peace, `failed` with an error, `refused` before it was opened. */
  readonly reason: 'stopped' | 'closed' | 'failed' | 'refused';
  readonly code?: string;
}

/** Whoever asked for a list or a watch does not want it any more, whatever the datastore still says. */
export interface RequestCancelledRecord extends RecordBase {
  readonly kind: 'request.cancelled';
  readonly request: number;
}

/** What a consumer was told of one key. */
export interface ToldUpdate {
  readonly op: Exclude<UpdateType, 'unknown'>;
  readonly key: Key;
  readonly hash: ValueHash | null;
  readonly revision?: Revision;
  readonly uid?: string;
  /** The object from which a processor made this one. */
  readonly source?: Key;
  readonly previousHash?: ValueHash;
  readonly previousRevision?: Revision;
  readonly finalStateUnknown?: boolean;
  readonly recreated?: boolean;
}

/** A consumer is told one batch of updates. */
export interface UpdatesRecord extends RecordBase {
  readonly kind: 'updates';
  readonly updates: readonly ToldUpdate[];
}

/** A consumer is told a status. */
export interface StatusRecord extends RecordBase {
  readonly kind: 'status';
  readonly status: SyncStatus;
}

/** A consumer is told something besides updates and statuses. */
export interface NoticeRecord extends RecordBase {
  readonly kind: 'notice';
  readonly callback: Exclude<keyof SyncerCallbacks, 'onUpdates' | 'onStatusUpdated'>;
  /** Of parseFailed and parseMended. */
  readonly rawKey?: string;
  readonly revision?: Revision;
  /** Of onProblem: its kind, and the callback that failed. */
  readonly problem?: SyncerProblem['kind'];
  readonly failed?: keyof SyncerCallbacks;
}

/** A callback has returned, or what it returned has settled. */
export interface CallbackReturnedRecord extends RecordBase {
  readonly kind: 'callback.returned';
  readonly callback: keyof SyncerCallbacks;
  /** It threw or rejected. */
  readonly failed?: boolean;
}

/** One step of a transaction. */
export interface CalledOperation {
  readonly op: 'create' | 'update' | 'apply' | 'delete';
  readonly key: Key;
  /** Of what is to be written. */
  readonly hash?: ValueHash;
  /** Only if the object is at this revision. */
  readonly expected?: Revision;
  /** Only if the object has this identity. */
  readonly expectedUid?: string;
  /** The object expires. */
  readonly expires?: boolean;
}

/** A client begins an operation. */
export interface CallBeganRecord extends RecordBase {
  readonly kind: 'call.began';
  readonly call: number;
  readonly op: CalledOperation['op'] | 'get' | 'transaction' | 'clean';
  /** What is written: one operation, or those of the transaction. */
  readonly operations?: readonly CalledOperation[];
  /** Of a get. */
  readonly key?: Key;
  /** Of a get: the state at this revision is asked for. */
  readonly exact?: Revision;
  /** It must have settled so many milliseconds later. */
  readonly deadline?: number;
}

/** An operation has succeeded. */
export interface CallReturnedRecord extends RecordBase {
  readonly kind: 'call.returned';
  readonly call: number;
  /** Of the write. */
  readonly revision?: Revision;
  /** What was written, deleted or read, with the revision that each object has or had. */
  readonly items: readonly ListedItem[];
}

/** An operation has failed. */
export interface CallFailedRecord extends RecordBase {
  readonly kind: 'call.failed';
  readonly call: number;
  /** The code of the error, or its name where it has none. */
  readonly code: string;
}

/** What a mirror shows of one resource type. */
export interface MirroredTypeNote {
  readonly list: ListOptions;
  /** Its objects are shown as they are. False: a processor makes something else of them. */
  readonly passThrough: boolean;
  /** Everything is reported as deleted when the datastore is lost. */
  readonly deletesOnDisconnect?: boolean;
}

/** A mirror begins. What it declares here, it is held to; what it does not declare is not judged. Times are in milliseconds. */
export interface MirrorStartedRecord extends RecordBase {
  readonly kind: 'mirror.started';
  readonly types: readonly MirroredTypeNote[];
  /** From the start of one attempt to the start of the next, at least. */
  readonly minResyncInterval?: number;
  /** Without an answer for so long the datastore counts as lost. */
  readonly watchRetryTimeout?: number;
  /** A list that is older than what was shown is refused so often in a row. */
  readonly maxStaleLists?: number;
  /** Batches are cut at so many updates, so that they need not be whole states. */
  readonly maxBatchSize?: number;
}

/** A mirror has said, once, that it is in sync (`firstSync`). */
export interface MirrorSyncedRecord extends RecordBase {
  readonly kind: 'mirror.synced';
}

/** A mirror was told to stop. */
export interface MirrorStoppingRecord extends RecordBase {
  readonly kind: 'mirror.stopping';
  readonly mode: NonNullable<StopOptions['mode']>;
  /** How long it may take, in milliseconds. */
  readonly limit?: number;
}

/** A mirror has stopped. */
export interface MirrorStoppedRecord extends RecordBase {
  readonly kind: 'mirror.stopped';
  /** Keys whose change was not delivered. */
  readonly undelivered?: number;
  /** What is left of it, where somebody has counted. */
  readonly timers?: number;
  readonly requests?: number;
  readonly listeners?: number;
}

/** Something was made to go wrong. */
export interface FaultRecord extends RecordBase {
  readonly kind: 'fault';
  readonly fault: string;
}

/** Nothing goes wrong any more and nobody writes: within `bound` milliseconds everything must have converged. */
export interface HealedRecord extends RecordBase {
  readonly kind: 'healed';
  readonly bound: number;
}

/** The history is complete. Without it, what must have happened by the end is not judged. */
export interface EndedRecord extends RecordBase {
  readonly kind: 'ended';
}

/** One thing that happened. */
export type HistoryRecord =
  | WriteRecord
  | StateRecord
  | CompactedRecord
  | TruthLostRecord
  | ListRequestedRecord
  | ListAnsweredRecord
  | ListFailedRecord
  | WatchRequestedRecord
  | WatchOpenedRecord
  | WatchReceivedRecord
  | WatchEndedRecord
  | RequestCancelledRecord
  | UpdatesRecord
  | StatusRecord
  | NoticeRecord
  | CallbackReturnedRecord
  | CallBeganRecord
  | CallReturnedRecord
  | CallFailedRecord
  | MirrorStartedRecord
  | MirrorSyncedRecord
  | MirrorStoppingRecord
  | MirrorStoppedRecord
  | FaultRecord
  | HealedRecord
  | EndedRecord;

/** What kinds of records there are. */
export type HistoryKind = HistoryRecord['kind'];

/** A record before it has been given its number and its time. */
export type HistoryNote = WithoutPlace<HistoryRecord>;
type WithoutPlace<R> = R extends HistoryRecord ? Omit<R, keyof RecordBase> : never;
