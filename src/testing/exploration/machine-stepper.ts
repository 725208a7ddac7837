/**
 * Steps a machine without running it: XState's own transition function over the very machine, with effects as data. A step is computed
 * once for each place and event; everything after that is a look into a map.
 */
import {
  createActor,
  getStateNodes,
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type InputFrom,
  type StateValue,
} from 'xstate';
import { ChartCoverage } from './chart-coverage.js';
import type { ArmedTimer, Effect, MachineStep, Place } from './environment.js';
import { plainText } from './plain-text.js';
import { hashOf } from './state-table.js';

/** What XState's executable actions are here. */
interface Executable {
  readonly type: string;
  readonly params?: unknown;
}

interface SpawnParams {
  readonly id: string;
  readonly src: string;
  readonly input: unknown;
}

/** What identifies a place: the rest follows from it. */
interface Essence {
  readonly value: StateValue;
  readonly context: unknown;
  readonly status: AnyMachineSnapshot['status'];
  /** What history states remember: the ids of states, by their own ids. */
  readonly history: Readonly<Record<string, readonly string[]>>;
}

interface KnownSteps<M extends AnyStateMachine> {
  /** Environments that use their events again find a step without making a text of the event. */
  readonly byEvent: Map<object, MachineStep<M>>;
  readonly byText: Map<string, MachineStep<M>>;
}

export interface StepperOptions<M extends AnyStateMachine> {
  readonly machine: M;
  readonly input: InputFrom<M>;
  /** Maps contexts that behave the same to one of them. */
  readonly canonical: (context: Place<M>['context']) => Place<M>['context'];
}

export class MachineStepper<M extends AnyStateMachine> {
  readonly coverage: ChartCoverage<M>;
  readonly initial: Place<M>;
  /** How the machine enters its initial state: what it asks for then. */
  readonly entering: MachineStep<M>;
  private readonly machine: M;
  private readonly canonical: StepperOptions<M>['canonical'];
  private readonly scope: AnyActorScope;
  private executed: Executable[] = [];
  private readonly places = new Map<string, Place<M>>();
  private readonly snapshots = new Map<Place<M>, AnyMachineSnapshot>();
  private readonly steps = new Map<Place<M>, KnownSteps<M>>();

  constructor({ machine, input, canonical }: StepperOptions<M>) {
    this.coverage = new ChartCoverage(machine);
    this.machine = this.coverage.machine;
    this.canonical = canonical;
    this.scope = this.inertScope(input);
    const snapshot = this.machine.getInitialSnapshot(this.scope, input) as AnyMachineSnapshot;
    this.initial = this.placeOf(snapshot);
    const effects = this.executed.flatMap(effectOf);
    const event = { type: 'xstate.init' };
    this.entering = { before: this.initial, event, effects, rawContext: snapshot.context, after: this.initial };
  }

  /** How many distinct places there were. */
  get size(): number {
    return this.places.size;
  }

  /** How many distinct steps were computed. */
  get computed(): number {
    let count = 0;
    for (const { byText } of this.steps.values()) count += byText.size;
    return count;
  }

  /** What the machine does at `before` when it is told `event`. The same arguments give the same object. */
  step(before: Place<M>, event: { readonly type: string }): MachineStep<M> {
    const known = this.steps.get(before) ?? { byEvent: new Map(), byText: new Map() };
    this.steps.set(before, known);
    const found = known.byEvent.get(event);
    if (found !== undefined) return found;
    const text = plainText(event, `the event ${event.type}`);
    const step = known.byText.get(text) ?? this.compute(before, event);
    known.byText.set(text, step);
    known.byEvent.set(event, step);
    return step;
  }

  /** The same for machines that do the same at every place that was reached, whatever the order: to notice a change of behaviour. */
  fingerprint(): string {
    let [high, low] = [0, 0];
    for (const [place, { byText }] of this.steps) {
      for (const [event, { effects, after }] of byText) {
        const hash = hashOf(`${place.text} ${event} ${JSON.stringify(effects)} ${after.text}`);
        high = (high + hash.high) >>> 0;
        low = (low + hash.low) >>> 0;
      }
    }
    return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
  }

  private compute(before: Place<M>, event: { readonly type: string }): MachineStep<M> {
    this.executed = [];
    const from = this.snapshots.get(before);
    const snapshot = this.transition(from, event);
    const after = snapshot === from ? before : this.placeOf(snapshot);
    const effects = [...leavingsOf(before, after, this.executed), ...this.executed.flatMap(effectOf)];
    return { before, event, effects, rawContext: snapshot.context as Place<M>['context'], after };
  }

  private transition(from: AnyMachineSnapshot | undefined, event: { readonly type: string }): AnyMachineSnapshot {
    try {
      return this.machine.transition(from as never, event, this.scope) as AnyMachineSnapshot; // any event is legal
    } catch (error) {
      const isSending = error instanceof Error && error.message.startsWith('Unable to send event to actor');
      if (!isSending) throw error;
      throw new Error(
        'The machine sends an event to another actor, and there are none in an exploration: let a named action do it.',
        {
          cause: error,
        },
      );
    }
  }

  private placeOf(snapshot: AnyMachineSnapshot): Place<M> {
    const context = this.canonical(snapshot.context as Place<M>['context']);
    const { value, status, historyValue } = snapshot;
    const past = Object.entries(historyValue).map(([id, nodes]) => [id, nodes.map((node) => node.id)] as const);
    const essence: Essence = { value, context, status, history: Object.fromEntries(past) };
    const text = plainText(essence, 'the context');
    const known = this.places.get(text);
    if (known !== undefined) return known;
    const restored = this.machine.resolveState({ value, context, status, historyValue }) as AnyMachineSnapshot;
    const nodes = [...new Set(getStateNodes(this.machine.root, value))]; // which names nested ones twice
    const place: Place<M> = {
      number: this.places.size,
      value,
      context,
      tags: snapshot.tags,
      isDone: snapshot.status !== 'active',
      invocations: nodes.flatMap(({ invoke }) => invoke.map(({ id }) => id)),
      timers: nodes.flatMap((node) => this.timersOf(node, restored)),
      text,
    };
    this.places.set(text, place);
    this.snapshots.set(place, restored);
    return place;
  }

  private timersOf(node: AnyStateMachine['root'], { context }: AnyMachineSnapshot): ArmedTimer[] {
    const timers = new Map<string, ArmedTimer>();
    for (const { delay, eventType } of node.after) {
      const event = { type: eventType };
      timers.set(eventType, { name: String(delay), delay: this.delayOf(delay, context, event), event });
    }
    return [...timers.values()];
  }

  private delayOf(delay: unknown, context: unknown, event: { readonly type: string }): number {
    if (typeof delay === 'number') return delay;
    const named: unknown = typeof delay === 'string' ? this.machine.implementations.delays[delay] : delay;
    const result: unknown = typeof named === 'function' ? (named as (scope: unknown) => unknown)({ context, event }) : named;
    return Number(result ?? delay); // a delay without an implementation is milliseconds as text
  }

  /** Collects actions instead of executing them. The actor is never started: it lends its system, which knows who watches. */
  private inertScope(input: InputFrom<M>): AnyActorScope {
    const options = {
      input,
      // What XState tells its inspectors about each microstep; the underscore is its own.
      inspect: (inspected: { readonly type: string; readonly _transitions?: Parameters<ChartCoverage<M>['took']>[0] }) =>
        this.coverage.took(inspected._transitions ?? []), // oxlint-disable-line no-underscore-dangle
    };
    const self = createActor(this.machine, options as never); // the input is that of this machine
    return {
      self,
      system: self.system,
      id: '',
      sessionId: '',
      logger: ignore,
      defer: ignore,
      emit: ignore,
      stopChild: ignore,
      actionExecutor: (action: Executable) => void this.executed.push(action),
    };
  }
}

/** An invocation is left when its state is, even when the state is entered again at once. */
function leavingsOf<M extends AnyStateMachine>(before: Place<M>, after: Place<M>, executed: readonly Executable[]): Effect[] {
  const spawned = new Set(executed.flatMap((action) => (isSpawn(action) ? [action.params.id] : [])));
  return before.invocations
    .filter((id) => spawned.has(id) || after.isDone || !after.invocations.includes(id))
    .map((id) => ({ kind: 'left', id }));
}

function effectOf(action: Executable): Effect[] {
  if (isSpawn(action)) {
    const { id, src, input } = action.params;
    return [{ kind: 'invoked', id, src, input }];
  }
  if (isDelayedRaise(action)) {
    throw new Error(`The machine raises ${action.params.event.type} after a delay, which is not explored: say it with \`after\`.`);
  }
  // XState's own: delays are armed by the place, and leaving is told before.
  const isSilent = /^xstate\.(?:raise|cancel|stopChild|assign|log)$/.test(action.type);
  return isSilent ? [] : [{ kind: 'action', type: action.type, params: action.params }];
}

/** `after` is a raise with a delay as well, of an event that XState has named. */
function isDelayedRaise(
  action: Executable,
): action is Executable & { readonly params: { readonly event: { readonly type: string } } } {
  const { event, delay } = (action.params ?? {}) as { readonly event?: { readonly type: string }; readonly delay?: unknown };
  return action.type === 'xstate.raise' && delay !== undefined && event?.type.startsWith('xstate.after.') === false;
}

function isSpawn(action: Executable): action is Executable & { readonly params: SpawnParams } {
  return action.type === 'xstate.spawnChild';
}

function ignore(): void {}
