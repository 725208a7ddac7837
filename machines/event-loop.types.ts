/** Words of the event loop chart: what it is set up with, what it decides on, and the facts that it is told. */
import type { CallbackActorLogic } from 'xstate';
import type { TransactionOutcome } from './transaction.types.js';

/** What an event loop is set up with. Times are in milliseconds; Infinity: never. */
export interface EventLoopInput {
  /** The first DBResync must have been pushed by then. */
  readonly startupDeadline: number;
  /** From a failure to the first attempt to heal it. */
  readonly healingDelay: number;
  /** Each further attempt waits so many times as long. */
  readonly healingFactor: number;
  /** No attempt waits longer. */
  readonly maxHealingDelay: number;
  /** So many attempts that fail one after the other are the end, unless somebody decides otherwise. */
  readonly healingAttempts: number;
  /** From the end of a periodic healing to the next one. */
  readonly periodicHealingInterval: number;
  /** From the push of a Shutdown to the end, whatever is still under way. */
  readonly shutdownTimeout: number;
  /** Whoever is asked whether to go on though healing has failed must have answered by then. */
  readonly escalationTimeout: number;
}

/** What its decisions read. */
export interface EventLoopContext extends EventLoopInput {
  /** The number of the effect under way, or of the next one. A fact with another number is late and changes nothing. */
  readonly request: number;
  /** Which of the events that wait is taken. */
  readonly take: Take;
  /** Events that are accepted, and not taken. */
  readonly waiting: number;
  /** Healings after an error that have failed since the last one that went well. */
  readonly failedHealings: number;
  /** A Shutdown has been accepted. */
  readonly isShuttingDown: boolean;
}

/** Which event: the one that is next, the first DBResync, or the Shutdown that may overtake what waits for the first DBResync. */
export type Take = 'next' | 'startupResync' | 'shutdown';

/** What the chart knows of an event. The healings are those that it has asked for itself. */
export type EventKind = 'dbResync' | 'shutdown' | 'healing' | 'periodicHealing' | 'other';

/** An event has been accepted, and waits. */
export interface EventAccepted {
  readonly type: 'event.accepted';
  readonly kind: EventKind;
}

/** An event has been processed, and its answer given. */
export interface EventProcessed {
  readonly type: 'event.processed';
  readonly request: number;
  readonly kind: EventKind;
  readonly outcome: TransactionOutcome;
  readonly needsHealing: boolean;
}

/** Somebody has decided whether to go on though healing has failed. */
export interface EscalationDecided {
  readonly type: 'escalation.decided';
  readonly request: number;
  readonly verdict: 'abort' | 'retry';
}

/** Everything that healing was scheduled for has been put right by itself. */
export interface FailuresMended {
  readonly type: 'failures.mended';
}

/** What is below the southbound has started anew, and may have lost what was applied. */
export interface SouthboundRestored {
  readonly type: 'southbound.restored';
}

/** Facts of the event loop chart. */
export type EventLoopEvent = EventAccepted | EventProcessed | EscalationDecided | FailuresMended | SouthboundRestored;

/** What the effect that processes is asked. */
export interface ProcessInput {
  readonly request: number;
  readonly take: Take;
}

/** What the effect that escalates is asked. */
export interface EscalateInput {
  readonly request: number;
  readonly attempts: number;
}

/** An effect of the event loop chart. */
export type EventLoopLogic<I> = CallbackActorLogic<{ type: 'none' }, I>;

/** Where an event loop is. */
export type EventLoopStateValue =
  | 'awaitingStartupResync'
  | {
      readonly running: {
        readonly work: 'idle' | 'processing' | 'escalating';
        readonly healing: 'none' | 'scheduled' | 'pending' | 'escalated';
        readonly periodicHealing: 'waiting' | 'pending' | 'owed';
        readonly shutdown: 'none' | 'requested';
      };
    }
  | 'aborting'
  | 'stopped';

/** The shape of the event loop chart. */
export interface EventLoopShape {
  readonly context: EventLoopContext;
  readonly event: EventLoopEvent;
  readonly actors: {
    readonly process: EventLoopLogic<ProcessInput>;
    readonly escalate: EventLoopLogic<EscalateInput>;
  };
  readonly actions: {
    /** A healing after an error is pushed: accepted whatever waits. */
    readonly pushHealing: unknown;
    /** A periodic healing is pushed: accepted whatever waits. */
    readonly pushPeriodicHealing: unknown;
    /** Answers everything that waits, and will be accepted, with the fatal error; and reports it. */
    readonly abort: { readonly reason: 'fatal' | 'startupDeadline' | 'healingFailed' };
    /** Answers what was accepted after that. */
    readonly refuse: unknown;
    /** Answers everything that waits: the loop is over. */
    readonly stop: unknown;
    readonly countWaiting: unknown;
    readonly takeNext: unknown;
    readonly takeAccepted: unknown;
    readonly takeStartupResync: unknown;
    readonly takeShutdown: unknown;
    readonly recordShutdown: unknown;
    readonly recordHealed: unknown;
    readonly recordFailedHealing: unknown;
    readonly retireRequest: unknown;
  };
  readonly guards:
    | 'isCurrent'
    | 'isDBResync'
    | 'isShutdown'
    | 'isShuttingDown'
    | 'wasFatal'
    | 'wasShutdown'
    | 'wasLastHealing'
    | 'hasWaiting'
    | 'isVerdictAbort'
    | 'needsHealing'
    | 'wasHealed'
    | 'wasNotHealed'
    | 'wasPeriodicHealing';
  readonly delays: 'startupDeadline' | 'healingDelay' | 'periodicHealingInterval' | 'shutdownTimeout' | 'escalationTimeout';
  readonly value: EventLoopStateValue;
  readonly tag: string;
  readonly input: EventLoopInput;
}
