/** What of a chart an exploration has used: each transition, and both answers of each guard. */
import type { AnyStateMachine, AnyTransitionDefinition } from 'xstate';

/** How often, by name. */
export type Counts = ReadonlyMap<string, number>;

type StateNode = AnyStateMachine['root'];

export class ChartCoverage<M extends AnyStateMachine> {
  /** The machine, with guards that note what they say. */
  readonly machine: M;
  private readonly names = new Map<AnyTransitionDefinition, string>();
  private readonly counts = new Map<string, number>();
  private readonly answers = new Map<string, number>();

  constructor(machine: M) {
    this.machine = this.watchGuards(machine);
    for (const node of statesOf(this.machine.root)) {
      for (const transitions of node.transitions.values()) this.add(transitions);
      this.add(node.always ?? []);
    }
  }

  /** How often each transition was taken, in distinct steps. Named `state event [which of several]`. */
  get transitions(): Counts {
    return this.counts;
  }

  /** How often each guard said each thing, in distinct steps. Named `guard: true` and `guard: false`. */
  get guards(): Counts {
    return this.answers;
  }

  took(transitions: readonly AnyTransitionDefinition[]): void {
    for (const transition of transitions) {
      const name = this.names.get(transition);
      if (name !== undefined) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    }
  }

  private watchGuards(machine: M): M {
    const guards = machine.implementations.guards as Readonly<Record<string, unknown>>;
    const watched = Object.entries(guards).flatMap(([name, guard]) =>
      isPredicate(guard) ? [[name, this.watchGuard(name, guard)] as const] : [],
    );
    return machine.provide({ guards: Object.fromEntries(watched) }) as M; // provide() keeps the type of the machine
  }

  private watchGuard(name: string, guard: Predicate): Predicate {
    for (const answer of [true, false]) this.answers.set(`${name}: ${answer}`, 0);
    return (scope, params) => {
      const answer = guard(scope, params);
      const key = `${name}: ${answer}`;
      this.answers.set(key, (this.answers.get(key) ?? 0) + 1);
      return answer;
    };
  }

  private add(transitions: readonly AnyTransitionDefinition[]): void {
    for (const [index, transition] of transitions.entries()) {
      const which = transitions.length > 1 ? ` [${index + 1} of ${transitions.length}]` : '';
      const name = `${transition.source.id} ${transition.eventType === '' ? 'always' : transition.eventType}${which}`;
      this.names.set(transition, name);
      this.counts.set(name, 0);
    }
  }
}

type Predicate = (scope: unknown, params: unknown) => boolean;

function isPredicate(guard: unknown): guard is Predicate {
  return typeof guard === 'function' && !('check' in guard); // and(), or() and stateIn() are built of others, which are watched
}

function statesOf(node: StateNode): StateNode[] {
  return [node, ...Object.values(node.states).flatMap(statesOf)];
}
