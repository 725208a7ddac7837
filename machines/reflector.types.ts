/** The words of the reflector chart: what it remembers, what it is told, what it asks for. */
import type { CallbackActorLogic } from 'xstate';
import type { Failure } from '../src/model/failure.js';
import type { KVPairList } from '../src/model/kv-pair.js';
import type { Connectivity } from '../src/model/status.js';
import type { Revision } from '../src/model/revision.js';
import type { ReflectorTimings } from '../src/model/timings.js';
import type { WatchEvent } from '../src/model/watch.js';

/** What a reflector is set up with. */
export interface ReflectorInput {
  readonly timings: ReflectorTimings;
  /** Read lists as streams, until one is refused. */
  readonly streamsLists: boolean;
  /** Between two redeliveries of everything to the sink, in milliseconds. 0: never. */
  readonly redeliverInterval: number;
}

/** What its decisions read. The objects are not in here; the sink has them. */
export interface ReflectorContext extends ReflectorInput {
  /** Up to where everything is committed. Moves with a commit and with nothing else. */
  readonly revision: Revision | undefined;
  /** The next list must not be older than this; undefined: ask for the latest. */
  readonly floor: Revision | undefined;
  /** The number of the request under way, or of the next one. A fact with another number is late and changes nothing. */
  readonly request: number;
  /** In a row, for the backoff. */
  readonly listFailures: number;
  /** In a row, for the backoff. Forgotten with what a watch brings, or when it stays open for a healthy period. */
  readonly watchFailures: number;
  /** Since the last progress: enough of them, and the revision is given up. */
  readonly errorsAtRevision: number;
  /** Watches in a row that were closed at once: enough of them, and the watch is given up. */
  readonly emptyWatches: number;
  /** Lists in a row that were older than what we have. */
  readonly staleLists: number;
  /** Answers in a row that the API is missing. */
  readonly missingAnswers: number;
  /** How long the attempt took that is over, in milliseconds. */
  readonly spent: number;
  /** What the datastore asked us to wait, in milliseconds. */
  readonly retryAfter: number;
}

/** Everything the datastore holds, read whole. */
export interface ListCompleted {
  readonly type: 'list.completed';
  readonly request: number;
  /** Undefined when the datastore gave none to watch from. */
  readonly revision: Revision | undefined;
  readonly list: KVPairList;
  readonly took: number;
}

/** The list could not be read whole; what was read of it is forgotten. */
export interface ListFailed {
  readonly type: 'list.failed';
  readonly request: number;
  readonly failure: Failure;
  readonly took: number;
}

/** A part of the list has arrived. */
export interface ListProgressed {
  readonly type: 'list.progressed';
  readonly request: number;
}

/** The datastore has accepted the watch. */
export interface WatchOpened {
  readonly type: 'watch.opened';
  readonly request: number;
}

/** The watch has brought a batch; bookmarks count. */
export interface WatchReceived {
  readonly type: 'watch.received';
  readonly request: number;
  /** Of the last event. */
  readonly revision: Revision;
  readonly events: readonly WatchEvent[];
}

/** The watch is over, or was never accepted. */
export interface WatchEnded {
  readonly type: 'watch.ended';
  readonly request: number;
  /** Undefined when the datastore closed it in peace. */
  readonly failure: Failure | undefined;
  readonly wasOpened: boolean;
  /** Batches that it brought. */
  readonly received: number;
  readonly lasted: number;
}

/** A fact about a request. */
export type ReflectorFact = ListCompleted | ListFailed | ListProgressed | WatchOpened | WatchReceived | WatchEnded;

/** Everything the chart reacts to: commands, facts, and what one region tells the other. */
export type ReflectorEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  | ReflectorFact
  /** Raised: nothing was heard for too long. */
  | { readonly type: 'contact.missed' }
  /** Raised: the datastore counts as disconnected. */
  | { readonly type: 'link.lost' };

/** What the list effect is asked. */
export interface ListRequestInput {
  readonly request: number;
  readonly notOlderThan: Revision | undefined;
  readonly applied: Revision | undefined;
  /** Believe a list that is older than `applied`. */
  readonly mayGoBack: boolean;
}

/** What the watch effect is asked. */
export interface WatchRequestInput extends ListRequestInput {
  /** Begin with the list. */
  readonly initialList: boolean;
}

/** What outsiders may ask of a state. Link states carry their own names (see Connectivity in the model). */
export type ReflectorTag = 'inSync' | 'listing' | 'neverConnected' | 'connected' | 'silent' | 'disconnected';

/** Effects of the reflector: each reports facts to the chart, and stops what it does when its state is left. */
export type ListLogic = CallbackActorLogic<{ type: 'none' }, ListRequestInput>;
export type WatchLogic = CallbackActorLogic<{ type: 'none' }, WatchRequestInput>;

/** Where a reflector can stand. */
export type ReflectorStateValue =
  | 'idle'
  | 'stopped'
  | {
      running: {
        mirror:
          | { listing: 'choosing' | 'waiting' | { requesting: 'receiving' } }
          | { streamed: { filling: 'receiving' } | { synced: 'following' } }
          | { watching: 'waiting' | 'lapsed' | 'resuming' | { streaming: 'opening' | 'following' } }
          | { auditing: 'pausing' | { requesting: 'receiving' } }
          | { polling: 'waiting' | 'missing' | 'retrying' | { requesting: 'receiving' } };
        link: Connectivity;
        redelivery: 'off' | 'armed';
      };
    };

/** The shape of the reflector chart. */
export interface ReflectorShape {
  readonly context: ReflectorContext;
  readonly event: ReflectorEvent;
  readonly actors: { readonly list: ListLogic; readonly watch: WatchLogic };
  readonly actions: {
    /** The sink holds exactly this list from now on. */
    readonly replaceAll: { readonly list: KVPairList };
    /** The sink takes these changes in, as one. */
    readonly commit: { readonly events: readonly WatchEvent[] };
    /** The sink holds nothing from now on. */
    readonly removeAll: unknown;
    /** The sink hands everything out again. */
    readonly redeliver: unknown;
    readonly reportDisconnected: unknown;
    readonly reportFailedList: unknown;
    readonly reportReconnected: unknown;
    readonly beginAttempt: unknown;
    readonly retireRequest: unknown;
    readonly recordList: unknown;
    readonly recordListFailure: unknown;
    readonly recordListTimeout: unknown;
    readonly recordAuditFailure: unknown;
    readonly recordAuditTimeout: unknown;
    readonly forgetFloor: unknown;
    readonly recordBatch: unknown;
    readonly recordWatchEnd: unknown;
    readonly recordWatchTimeout: unknown;
    readonly forgetErrors: unknown;
    readonly forgetWatchFailures: unknown;
    readonly stopStreamingLists: unknown;
    readonly missContact: unknown;
    readonly giveUpLink: unknown;
  };
  readonly guards:
    | 'isCurrent'
    | 'hasRevision'
    | 'isOfNoUse'
    | 'isFirstMissing'
    | 'isMissing'
    | 'isCompacted'
    | 'isUnsupported'
    | 'isUnwatchable'
    | 'isLastErrorAtRevision'
    | 'isLastEmptyWatch'
    | 'isContact'
    | 'isMiss'
    | 'canStreamLists'
    | 'isRedelivering';
  readonly delays:
    | 'listRetry'
    | 'watchRetry'
    | 'watchPollInterval'
    | 'missingApiRetryInterval'
    | 'requestTimeout'
    | 'listLimit'
    | 'idleLimit'
    | 'healthyPeriod'
    | 'auditInterval'
    | 'watchRetryTimeout'
    | 'redeliverInterval';
  readonly value: ReflectorStateValue;
  readonly tag: ReflectorTag;
  readonly input: ReflectorInput;
}
