/** What all charts share: how they refer to the specification, and how their types are written down. */
import type {
  AnyActorRef,
  EventObject,
  MachineContext,
  NonReducibleUnknown,
  StateMachine,
  StateValue,
  UnknownActorLogic,
} from 'xstate';

/** Ids of docs/SPEC.md that a state upholds. */
export interface SpecRefs {
  readonly spec: readonly string[];
}

/** What is particular to one chart, to write its type down with {@link Chart}. */
export interface ChartShape {
  readonly context: MachineContext;
  readonly event: EventObject;
  /** Effects by name. */
  readonly actors: Readonly<Record<string, UnknownActorLogic>>;
  /** Actions by name, with their parameters. */
  readonly actions: Readonly<Record<string, unknown>>;
  readonly guards: string;
  readonly delays: string;
  readonly value: StateValue;
  readonly tag: string;
  readonly input: unknown;
}

type Named<T extends Readonly<Record<string, unknown>>> = { [K in keyof T & string]: { type: K; params: T[K] } }[keyof T & string];
type Provided<T extends Readonly<Record<string, UnknownActorLogic>>> = {
  [K in keyof T & string]: { src: K; logic: T[K]; id: string | undefined };
}[keyof T & string];

/** The type of a chart, written down instead of inferred, so that its states and names can be read in its declaration. */
export type Chart<S extends ChartShape> = StateMachine<
  S['context'],
  S['event'],
  Record<string, AnyActorRef | undefined>,
  Provided<S['actors']>,
  Named<S['actions']>,
  Named<Record<S['guards'], unknown>>,
  S['delays'],
  S['value'],
  S['tag'],
  S['input'],
  NonReducibleUnknown,
  EventObject,
  SpecRefs,
  Record<never, never>
>;

/** Stands in a chart for an effect or action that whoever runs it must provide; throws when it was forgotten. */
export function notProvided(name: string): () => never {
  return () => {
    throw new Error(`The chart's '${name}' was not provided: pass it to machine.provide().`);
  };
}
