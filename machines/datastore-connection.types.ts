/** The words of the datastore connection chart: what it remembers, what it is told, what it asks for. */
import type { CallbackActorLogic } from 'xstate';
import type { Backoff } from '../src/model/timings.js';

/** What a datastore connection is set up with. Times are in milliseconds. */
export interface DatastoreConnectionInput {
  /** From the start to when the local copy is used, if the datastore is out of reach. Infinity: never. */
  readonly delayLocalResync: number;
  /** Whether there is a local copy at all. */
  readonly hasMirror: boolean;
  /** A silence that is over sooner is no loss, when the changes of that time can still be told. 0: every silence is a loss. */
  readonly toleratedSilence: number;
  /** Before a resync that was refused is offered again, at least; and the first wait of the backoff. */
  readonly resyncRetryInterval: number;
  /** In sync for so long, refusals are forgotten. */
  readonly healthyPeriod: number;
  readonly backoff: Backoff;
}

/** What its decisions read. The state of the datastore is not in here. */
export interface DatastoreConnectionContext extends DatastoreConnectionInput {
  /** The number of what is being told to the controller, or will be next. A fact with another number is late and changes nothing. */
  readonly request: number;
  /** The same, of the local copy. */
  readonly localRequest: number;
  /** In a row, for the backoff. Forgotten after a healthy period in sync. */
  readonly refusals: number;
  /** In a row, of the resync from the local copy. */
  readonly localRefusals: number;
}

/** What is known of the datastore, as its reflector tells it. */
export type RemoteFact =
  /** It answers; whether everything has been read is another question. */
  | { readonly type: 'remote.answered' }
  /** Nothing is heard any more; what was read stands, and can be followed from where it is. */
  | { readonly type: 'remote.interrupted' }
  /** What was read cannot be followed any more. */
  | { readonly type: 'remote.lapsed' }
  /** What was read is whole, and its changes are being told. */
  | { readonly type: 'remote.followed' }
  /** Everything has been read. */
  | {
      readonly type: 'list.taken';
      /** It differs from what was known. */
      readonly bringsNews: boolean;
    };

/** What became of what was told to the controller. */
export type TellingFact =
  | { readonly type: 'resync.accepted'; readonly request: number }
  | { readonly type: 'resync.refused'; readonly request: number }
  /** A change was refused; those after it were not told. */
  | { readonly type: 'changes.refused'; readonly request: number }
  /** The controller takes nothing any more. */
  | { readonly type: 'controller.closed' };

/** What became of the local copy. */
export type LocalFact =
  | { readonly type: 'mirror.loaded'; readonly request: number; readonly isEmpty: boolean }
  | { readonly type: 'mirror.failed'; readonly request: number; readonly error: Error }
  | { readonly type: 'local.accepted'; readonly request: number }
  | { readonly type: 'local.refused'; readonly request: number };

/** Commands and facts of the datastore connection chart. */
export type DatastoreConnectionEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  /** Somebody wants everything to be told again. */
  | { readonly type: 'resync' }
  | RemoteFact
  | TellingFact
  | LocalFact;

/** What an effect is asked. */
export interface TellingInput {
  readonly request: number;
}

/** Effects of the datastore connection: each reports facts to the chart, and stops what it does when its state is left. */
export type TellingLogic = CallbackActorLogic<{ type: 'none' }, TellingInput>;

/** What outsiders may ask of a state. */
export type DatastoreConnectionTag = 'noRemote' | 'connecting' | 'resyncing' | 'inSync' | 'lost' | 'localFallback';

/** Where a datastore connection can stand. */
export type DatastoreConnectionStateValue =
  | 'idle'
  | 'stopped'
  | {
      running: {
        remote:
          | 'noRemote'
          | 'connecting'
          | { resyncing: 'choosing' | 'pushing' | 'waiting' }
          | { inSync: 'following' | 'silent' }
          | { lost: 'interrupted' | 'lapsed' };
        local: 'choosing' | 'waiting' | 'overdue' | 'loading' | 'offering' | 'resting' | 'used' | 'over';
      };
    };

/** The shape of the datastore connection chart. */
export interface DatastoreConnectionShape {
  readonly context: DatastoreConnectionContext;
  readonly event: DatastoreConnectionEvent;
  readonly actors: {
    /** Pushes a DBResync of what was read. */
    readonly pushResync: TellingLogic;
    /** Pushes every change, as long as it runs. What it has not pushed by its end is dropped. */
    readonly tellChanges: TellingLogic;
    readonly loadMirror: TellingLogic;
    /** Pushes a DBResync of the local copy. */
    readonly pushLocal: TellingLogic;
  };
  readonly actions: {
    readonly reportClosed: unknown;
    readonly reportMirror: { readonly error: Error };
    readonly recordRefusal: unknown;
    readonly forgetRefusals: unknown;
    readonly recordLocalRefusal: unknown;
    readonly retireRequest: unknown;
    readonly retireLocalRequest: unknown;
  };
  readonly guards:
    | 'isCurrent'
    | 'isLocalCurrent'
    | 'isNotEmpty'
    | 'isUsable'
    | 'bringsNews'
    | 'wasRefused'
    | 'toleratesSilence'
    | 'hasMirror'
    | 'isOutOfReach';
  readonly delays: 'delayLocalResync' | 'toleratedSilence' | 'resyncRetry' | 'localRetry' | 'healthyPeriod';
  readonly value: DatastoreConnectionStateValue;
  readonly tag: DatastoreConnectionTag;
  readonly input: DatastoreConnectionInput;
}
