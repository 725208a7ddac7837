/** The surroundings of the transaction chart in its exploration: what was really called, and how it came to an end. */
import type { CommitVerdict, transactionMachine, TransactionInput } from '../../machines/index.js';
import type { Move, WorldState } from '../../src/testing/index.js';

export type TransactionMachine = typeof transactionMachine;
export type TransactionState = WorldState<TransactionMachine, TransactionWorld>;
export type TransactionMove = Move<TransactionMachine, TransactionWorld>;

/** How one handler's call has ended. */
export type Ending = 'good' | 'plain' | 'abort' | 'fatal' | 'timedOut';

/** How a commit has ended; `external`: applied in part, and only external configuration failed. */
type CommitEnding = CommitVerdict | 'external' | 'timedOut';

export interface TransactionWorld {
  /** So many handlers handle the event; undefined before they were asked. */
  readonly selected: number | undefined;
  /** The effect under way. */
  readonly effect: 'select' | 'handle' | 'merge' | 'commit' | 'revert' | 'none';
  /** The handler that the effect calls next, or has called. */
  readonly at: number;
  /** `begun`: it works, and has said so. `hanging`: it never answers. */
  readonly call: 'none' | 'begun' | 'hanging';
  /** How the calls have ended, in their order. */
  readonly calls: readonly Ending[];
  /** Which handlers were reverted, in this order, and how that ended. */
  readonly reverts: readonly (readonly [handler: number, ending: Ending])[];
  readonly merge: 'none' | 'something' | 'nothing';
  readonly hasMergeFailed: boolean;
  readonly commit: CommitEnding | 'none';
  readonly isInterrupted: boolean;
  /** Deadlines that have passed, and were not told. */
  readonly untold: number;
}

export const nothingCalled: TransactionWorld = {
  selected: undefined,
  effect: 'none',
  at: 0,
  call: 'none',
  calls: [],
  reverts: [],
  merge: 'none',
  hasMergeFailed: false,
  commit: 'none',
  isInterrupted: false,
  untold: 0,
};

export const transactionTimings = { handlerTimeout: 60_000, commitTimeout: 120_000 } as const;

/** Every kind of event: updates of the three types, resyncs, and what a chart can be set up with beside them. */
export const transactionInputs: Readonly<Record<string, TransactionInput>> = {
  'best effort': { revertOnFailure: false, commitsEmpty: false, healsFailures: true, ...transactionTimings },
  'best effort, errors ignored': { revertOnFailure: false, commitsEmpty: false, healsFailures: false, ...transactionTimings },
  'all or nothing': { revertOnFailure: true, commitsEmpty: false, healsFailures: true, ...transactionTimings },
  'all or nothing, errors ignored': { revertOnFailure: true, commitsEmpty: false, healsFailures: false, ...transactionTimings },
  resync: { revertOnFailure: false, commitsEmpty: true, healsFailures: true, ...transactionTimings },
};
