/** What an exploration is given, and what it tells. */
import type { AnyStateMachine, InputFrom } from 'xstate';
import type { Counts } from './chart-coverage.js';
import type { Environment, MoveKind, Place } from './environment.js';

/** What to explore. */
export interface ExplorationOptions<M extends AnyStateMachine, E> {
  /** Any XState machine. Its actions and actors are never run: the environment says what they do. */
  readonly machine: M;
  readonly input: InputFrom<M>;
  readonly environment: Environment<M, E>;
  /**
   * Maps contexts between which nothing that is checked can tell to one of them: without it a counter alone makes the exploration
   * endless. Default: every context stands for itself.
   */
  readonly canonical?: (context: Place<M>['context']) => Place<M>['context'];
  /** Stop after so many states. The report says so. Default: 10 million. */
  readonly maxStates?: number;
}

/** Something that must not be, and how it came about. */
export interface Violation {
  /** Begins with the id of the property. */
  readonly message: string;
  /** One of the shortest ways there: what happened, and where the machine stood then. */
  readonly trace: readonly string[];
}

/** What an exploration has seen. */
export interface ExplorationReport {
  /** Distinct states of machine and environment together. */
  readonly states: number;
  /** Everything that could happen in them. */
  readonly edges: number;
  /** The longest of the shortest ways. */
  readonly depth: number;
  /** Everything was seen: there was neither a violation nor a limit on the way. */
  readonly isComplete: boolean;
  readonly violation?: Violation;
  /** Distinct places of the machine, and distinct steps between them. */
  readonly places: number;
  readonly steps: number;
  /** How often each move was made, by its kind and name. */
  readonly moves: Readonly<Record<MoveKind, Counts>>;
  /** How often each transition of the chart was taken, and each guard said yes and no, in distinct steps. */
  readonly transitions: Counts;
  readonly guards: Counts;
  /** A hash of what the machine does at every place that was reached. */
  readonly fingerprint: string;
  /** What the tables hold, without the states that are still to be looked at. */
  readonly bytes: number;
}
