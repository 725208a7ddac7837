/** What an exploration is about: a machine, everything that its surroundings can do, and what must hold. */
import type { AnyStateMachine, ContextFrom, EventFromLogic, StateValue } from 'xstate';

/** A delay that is running: `after` of an active state. */
export interface ArmedTimer {
  /** As the machine names it, or its milliseconds. */
  readonly name: string;
  /** In milliseconds, as the machine computes it at this place. */
  readonly delay: number;
  /** Send this to let it fire. */
  readonly event: { readonly type: string };
}

/** Where a machine stands: all that its next step can depend on. Places that are the same are the same object. */
export interface Place<M extends AnyStateMachine> {
  /** In the order in which places were found. */
  readonly number: number;
  readonly value: StateValue;
  readonly context: ContextFrom<M>;
  readonly tags: ReadonlySet<string>;
  /** It has reached a final state: it does not react any more. */
  readonly isDone: boolean;
  /** The ids of the invocations that are under way. */
  readonly invocations: readonly string[];
  readonly timers: readonly ArmedTimer[];
  /** Value and context as text. */
  readonly text: string;
}

/** What a step of the machine asks of its surroundings, in order. */
export type Effect =
  | { readonly kind: 'action'; readonly type: string; readonly params: unknown }
  | { readonly kind: 'invoked'; readonly id: string; readonly src: string; readonly input: unknown }
  | { readonly kind: 'left'; readonly id: string };

/**
 * What a move is to the promise that everything ends well.
 *
 * - `step`: what surroundings that mean well do by themselves, sooner or later. Only these may be needed to converge.
 * - `fault`: what can go wrong; spend a budget on it, or there is no end.
 * - `input`: what the outside may do or not, such as a write. Spend a budget too.
 */
export type MoveKind = 'step' | 'fault' | 'input';

/** One thing that can happen next. */
export interface Move<M extends AnyStateMachine, E> {
  readonly kind: MoveKind;
  /** Of its kind: coverage is counted by it. */
  readonly name: string;
  /** Which one, for people to read. */
  readonly detail?: string | undefined;
  /** The surroundings afterwards, before they hear what the machine wants. */
  readonly next: E;
  /** What the machine is told, if anything. */
  readonly send?: EventFromLogic<M> | { readonly type: string } | undefined;
}

/** One step of the machine: where it was, what it was told, what it asked for, and where it came to. */
export interface MachineStep<M extends AnyStateMachine> {
  readonly before: Place<M>;
  readonly event: { readonly type: string };
  readonly effects: readonly Effect[];
  /** The context before it was made canonical. */
  readonly rawContext: ContextFrom<M>;
  readonly after: Place<M>;
}

/** The machine and its surroundings together. */
export interface WorldState<M extends AnyStateMachine, E> {
  readonly place: Place<M>;
  readonly environment: E;
}

/** Says of an effect that it must never be asked for. The message begins with the id of the property. */
export class Forbidden {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/**
 * The surroundings of a machine, as a nondeterministic model of your own: pure functions over immutable values. Keep the values small;
 * there will be millions.
 */
export interface Environment<M extends AnyStateMachine, E> {
  /** Before the machine enters its initial state: what it asks for then is performed first, with the event `xstate.init`. */
  readonly initial: E;
  /** Everything that can happen next. The order must depend on the arguments only. */
  readonly moves: (state: WorldState<M, E>) => readonly Move<M, E>[];
  /** What the machine's effects do to the surroundings, or that they must not be. Called for every step, effects or not. */
  readonly perform: (environment: E, step: MachineStep<M>) => E | Forbidden;
  /** A text that is the same exactly for environments that nothing can tell apart. */
  readonly encode: (environment: E) => string;
  /** What is wrong with this edge; undefined when nothing is. Begin with the id of the property. */
  readonly judge?: (before: WorldState<M, E>, move: Move<M, E>, after: WorldState<M, E>) => string | undefined;
  /**
   * Where everything has ended well. With it, liveness is checked: `step`s alone must lead here, whatever their order, from everywhere.
   * A move that leads back to its own state does not count.
   */
  readonly hasConverged?: (state: WorldState<M, E>) => boolean;
}
