/// <reference lib="esnext.disposable" preserve="true" />
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Random } from '../ports/random.js';
import type { ParseError } from './errors.js';
import type { Failure } from './failure.js';
import type { Key } from './key.js';
import type { ListOptions } from './list-options.js';
import type { Revision } from './revision.js';
import type { Snapshot } from './snapshot.js';
import type { Connectivity, SyncStatus } from './status.js';
import type { ReflectorTimings } from './timings.js';
import type { Update } from './update.js';

/** What a syncer tells its consumer. Calls are serial, in order, and never made while another one of them has not returned. */
export interface SyncerCallbacks<V = unknown>
  extends Partial<SyncerParseFailCallbacks>, Partial<SyncerFailureCallbacks>, Partial<SyncerProblemCallbacks> {
  /** The status has changed. Everything that led to it has been delivered before. */
  onStatusUpdated?(status: SyncStatus): void | Promise<void>;
  /**
   * The picture has changed: never empty, each key once. While a returned promise is pending nothing else is delivered to this
   * consumer; what happens meanwhile is folded, key by key, into the next batches.
   */
  onUpdates?(updates: readonly Update<V>[]): void | Promise<void>;
}

/** For those who want to know of entries that cannot be read (Calico backend API, SyncerParseFailCallbacks). */
export interface SyncerParseFailCallbacks {
  /** An entry cannot be read, or what was read cannot be shown (an illegal key or value). Told once for each state of it. */
  parseFailed(failure: ParseError): void | Promise<void>;
  /** An entry that could not be read can be read again, or is gone. */
  parseMended(rawKey: string): void | Promise<void>;
}

/** A resource type that cannot be brought in sync. */
export interface SyncFailure {
  readonly list: ListOptions;
  readonly failure: Failure;
  /** How many lists have failed in a row. */
  readonly attempts: number;
}

/** For those who want to know of lost datastores. */
export interface SyncerFailureCallbacks {
  /**
   * A list failed, and the datastore has not answered for longer than the watch retry timeout; or it has said that it can never list
   * this. Told for each such list.
   */
  syncFailed(failure: SyncFailure): void | Promise<void>;
  /** The datastore of a type that was reported by `syncFailed` answers again. */
  syncRecovered(recovered: Pick<SyncFailure, 'list'>): void | Promise<void>;
}

/** Something that went wrong inside the process, in code that was given to the syncer or in how it was put together. */
export type SyncerProblem =
  /** A processor threw, or reported an error that is no ParseError. */
  | { readonly kind: 'processorFailed'; readonly list: ListOptions; readonly key: Key | undefined; readonly error: Error }
  /** Two resource types show the same key: the first in the list of types is shown. */
  | { readonly kind: 'keyCollision'; readonly key: Key; readonly shown: ListOptions; readonly hidden: ListOptions }
  /** A callback threw or rejected. What it was given counts as delivered. */
  | { readonly kind: 'consumerFailed'; readonly callback: keyof SyncerCallbacks; readonly error: Error }
  /** The chart of a resource type has failed, which is a defect of this package: the type is not mirrored any more. */
  | { readonly kind: 'crashed'; readonly list: ListOptions; readonly error: Error };

/** For those who want problems as data; they are always logged. */
export interface SyncerProblemCallbacks {
  onProblem(problem: SyncerProblem): void | Promise<void>;
}

/** How a syncer ends. */
export interface StopOptions {
  /**
   * - `emitDeletes` (the default): deliver what is pending and then a Deleted for every key, so that the consumer's picture ends empty.
   * - `drain`: deliver what is pending.
   * - `silent`: deliver nothing more.
   */
  readonly mode?: 'emitDeletes' | 'drain' | 'silent' | undefined;
  /** The longest wait for consumers and for requests under way, in milliseconds. Default 5,000. */
  readonly limit?: number | undefined;
}

/** How a syncer ended. */
export interface StopReport {
  /** How many keys have a change that could not be delivered within the limit. With `silent`, that were not meant to be. */
  readonly undelivered: number;
}

/** How old a picture is, in milliseconds; absent when it has not happened yet. */
export interface Freshness {
  /** Since the datastore was last heard of: data, a bookmark, or an answer. Of several types, the longest. */
  readonly sinceContact?: number;
  /** Since something was last committed to the mirror. Of several types, the longest. */
  readonly sinceCommit?: number;
}

/** How one resource type is doing. */
export interface ResourceTypeReport extends Freshness {
  readonly list: ListOptions;
  /** Where its statechart stands, such as `watching.streaming.following`. */
  readonly state: string;
  readonly status: SyncStatus;
  readonly connectivity: Connectivity;
  /** Up to where everything is committed. Absent before the first list. */
  readonly revision?: Revision;
  /** How many objects of the datastore it holds. */
  readonly objects: number;
  /** Lists that failed in a row. */
  readonly listFailures: number;
  /** Watches that failed in a row. */
  readonly watchFailures: number;
  readonly lastFailure?: Failure;
  /** Entries that cannot be read. */
  readonly malformed: readonly ParseError[];
}

/** Everything may be left out, or undefined. */
type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** How a syncer is set up: every timing, and what it takes from the outside. */
export interface SyncerOptions extends Optional<Omit<ReflectorTimings, 'backoff'>> {
  readonly backoff?: Optional<ReflectorTimings['backoff']> | undefined;
  /** Read lists as a stream where the client can (one request less, no pages in memory). Default: pages. */
  readonly initialList?: 'paged' | 'streamed' | undefined;
  /** Items in a page of a list. 0: everything at once. Default 500. */
  readonly pageSize?: number | undefined;
  /** Updates in one `onUpdates` at most. Default: no limit, so that a revision is never torn apart. */
  readonly maxBatchSize?: number | undefined;
  /** A resource type whose `clientId` has no client is an error (default), or left out. */
  readonly missingClient?: 'refuse' | 'skip' | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly logger?: Logger | undefined;
}

/** Keeps a picture of a datastore and reports every change of it (Calico backend API, Syncer). */
export interface Syncer<V = unknown> extends AsyncDisposable {
  /** Begins. Calling it again changes nothing. @throws StoppedError after {@link stop}. */
  start(): void;
  /**
   * Ends, in any state, also from inside a callback. When it resolves no request, timer or listener is left, and no callback will be
   * called any more. Calling it again gives the same promise.
   */
  stop(options?: StopOptions): Promise<StopReport>;
  readonly status: SyncStatus;
  /** The worst of all resource types. */
  readonly connectivity: Connectivity;
  /** Resolves when the syncer is first in sync and that was delivered. Rejects with a StoppedError when it is stopped before. */
  readonly firstSync: Promise<void>;
  /** How old the picture is. */
  freshness(): Freshness;
  /** How each resource type is doing. */
  types(): readonly ResourceTypeReport[];
  /** The picture after the last batch given to the callbacks: immutable, O(1). */
  snapshot(): Snapshot<V>;
  /**
   * The changes as batches, beginning with all that is there. While you are busy with one, what happens is folded, key by key, into
   * the next. Ends when the syncer stops, when `signal` aborts or when you leave the loop.
   */
  updates(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterableIterator<readonly Update<V>[]>;
}
