/**
 * Explores everything that can happen: breadth first over a machine and its surroundings, so that a violation comes with one of the
 * shortest ways to it.
 */
import type { AnyStateMachine } from 'xstate';
import { Forbidden } from './environment.js';
import type { Environment, MachineStep, Move, MoveKind, Place, WorldState } from './environment.js';
import { IntList } from './int-list.js';
import { firstNotConverging } from './liveness.js';
import { MachineStepper } from './machine-stepper.js';
import type { ExplorationOptions, ExplorationReport, Violation } from './report.js';
import { StateTable } from './state-table.js';

interface Pending<M extends AnyStateMachine, E> extends WorldState<M, E> {
  readonly id: number;
}

/**
 * Explores `machine` in `environment` until everything was seen, a violation was found, or there are too many states.
 *
 * Safety is judged on every edge. With `hasConverged`, liveness is judged over the whole graph: from every state, `step` moves alone
 * lead to a converged state, in whatever order they come; a state with no way on, and a circle of several states, are violations. A move
 * that changes nothing is not counted: whoever does nothing for ever is not what this is about. That a converged state is not left again is
 * for `judge` to say.
 *
 * What is not explored is refused with an error: events to other actors, raises with a delay, functions in contexts and events.
 *
 * @example
 * ```ts
 * import { createMachine } from 'xstate';
 * import { explore } from 'heliostat/testing';
 *
 * const door = createMachine({ id: 'door', initial: 'closed', states: { closed: { on: { open: 'opened' } }, opened: { on: { close: 'closed' } } } });
 * const report = explore({
 *   machine: door,
 *   input: undefined,
 *   environment: {
 *     initial: 3, // pushes left
 *     moves: ({ environment: left }) =>
 *       left === 0 ? [] : [
 *         { kind: 'input', name: 'push', next: left - 1, send: { type: 'open' } },
 *         { kind: 'input', name: 'pull', next: left - 1, send: { type: 'close' } },
 *       ],
 *     perform: (left) => left,
 *     encode: String,
 *   },
 * });
 * console.log(report.states, report.edges, report.isComplete); // 7 12 true
 * ```
 */
export function explore<M extends AnyStateMachine, E>(options: ExplorationOptions<M, E>): ExplorationReport {
  return new Exploration(options).run();
}

class Exploration<M extends AnyStateMachine, E> {
  private readonly stepper: MachineStepper<M>;
  private readonly environment: Environment<M, E>;
  private readonly maxStates: number;
  private readonly table = new StateTable();
  /** For each state the one that it was first reached from, and by which of its moves. */
  private readonly parents = new IntList();
  private readonly moveIndexes = new IntList();
  /** The `step` edges, for liveness: from and to, in the order of from. */
  private readonly stepFrom = new IntList();
  private readonly stepTo = new IntList();
  private readonly converged = new IntList();
  private readonly moves: Readonly<Record<MoveKind, Map<string, number>>> = { step: new Map(), fault: new Map(), input: new Map() };
  private edges = 0;
  private depth = 0;

  constructor({ machine, input, environment, canonical = same, maxStates = 10_000_000 }: ExplorationOptions<M, E>) {
    this.stepper = new MachineStepper({ machine, input, canonical });
    this.environment = environment;
    this.maxStates = maxStates;
  }

  run(): ExplorationReport {
    let frontier = [this.start()];
    while (frontier.length > 0) {
      const next: Pending<M, E>[] = [];
      for (const state of frontier) {
        const violation = this.expand(state, next);
        if (violation !== undefined) return this.report(false, violation);
        if (this.table.size > this.maxStates) return this.report(false);
      }
      frontier = next;
      if (next.length > 0) this.depth++;
    }
    return this.report(true, this.livenessViolation());
  }

  private start(): Pending<M, E> {
    const { place, environment } = this.beginning();
    this.parents.push(-1);
    this.moveIndexes.push(0);
    return { id: this.numberOf(place, environment), place, environment };
  }

  /** The initial state, in surroundings that have heard what entering it asks for. */
  private beginning(): WorldState<M, E> {
    const environment = this.environment.perform(this.environment.initial, this.stepper.entering);
    if (environment instanceof Forbidden) throw new Error(`Entering the initial state is a violation: ${environment.message}`);
    return { place: this.stepper.initial, environment };
  }

  /** Makes every move of a state. */
  private expand(state: Pending<M, E>, next: Pending<M, E>[]): Violation | undefined {
    const { hasConverged, judge } = this.environment;
    if (hasConverged?.(state) === true) this.converged.push(state.id);
    const moves = this.environment.moves(state);
    for (const [index, move] of moves.entries()) {
      this.edges++;
      const counts = this.moves[move.kind];
      counts.set(move.name, (counts.get(move.name) ?? 0) + 1);
      const after = this.make(state, move);
      if (after instanceof Forbidden) return this.violation(after.message, state, move);
      const wrong = judge?.(state, move, after);
      if (wrong !== undefined) return this.violation(wrong, state, move, after);
      const known = this.table.size;
      const id = this.numberOf(after.place, after.environment);
      if (id === known) {
        this.parents.push(state.id);
        this.moveIndexes.push(index);
        next.push({ id, ...after });
      }
      if (hasConverged !== undefined && move.kind === 'step' && id !== state.id) {
        this.stepFrom.push(state.id);
        this.stepTo.push(id);
      }
    }
    return undefined;
  }

  private violation(message: string, { id }: Pending<M, E>, move: Move<M, E>, after?: WorldState<M, E>): Violation {
    return { message, trace: [...this.traceTo(id), this.lineOf(move, after)] };
  }

  private make({ place }: WorldState<M, E>, { next, send }: Move<M, E>): WorldState<M, E> | Forbidden {
    if (send === undefined) return { place, environment: next };
    const step: MachineStep<M> = this.stepper.step(place, send);
    const environment = this.environment.perform(next, step);
    return environment instanceof Forbidden ? environment : { place: step.after, environment };
  }

  private numberOf(place: Place<M>, environment: E): number {
    const text = this.environment.encode(environment);
    if (typeof text !== 'string' || text.startsWith('[object ')) {
      throw new TypeError(
        `encode must return a text that tells environments apart, and returned ${JSON.stringify(text)}: use JSON.stringify.`,
      );
    }
    return this.table.number(`${place.number}\n${text}`);
  }

  /** Goes the way again, from the moves that were noted. */
  private traceTo(id: number): string[] {
    const path: number[] = [];
    for (let at = id; this.parents.at(at) !== -1; at = this.parents.at(at)) path.push(this.moveIndexes.at(at));
    const lines: string[] = [];
    let state = this.beginning();
    for (const index of path.toReversed()) {
      const move = this.environment.moves(state)[index];
      const after = move === undefined ? undefined : this.make(state, move);
      if (move === undefined || after === undefined || after instanceof Forbidden) {
        throw new Error('The trace cannot be followed: the environment says something else when it is asked again.');
      }
      lines.push(this.lineOf(move, after));
      state = after;
    }
    return lines;
  }

  private lineOf({ kind, name, detail }: Move<M, E>, after: WorldState<M, E> | undefined): string {
    const what = `${kind === 'step' ? '' : `${kind}: `}${name}${detail === undefined ? '' : ` ${detail}`}`;
    if (after === undefined) return what;
    return `${what} -> ${JSON.stringify(after.place.value)} | ${this.environment.encode(after.environment)}`;
  }

  private livenessViolation(): Violation | undefined {
    if (this.environment.hasConverged === undefined) return undefined;
    const id = firstNotConverging(this.table.size, this.stepFrom.toArray(), this.stepTo.toArray(), this.converged.toArray());
    if (id === undefined) return undefined;
    return { message: 'Liveness: from here steps alone need not lead to convergence.', trace: this.traceTo(id) };
  }

  private report(isComplete: boolean, violation?: Violation): ExplorationReport {
    const { stepper, table } = this;
    const lists = [this.parents, this.moveIndexes, this.stepFrom, this.stepTo, this.converged];
    return {
      states: table.size,
      edges: this.edges,
      depth: this.depth,
      isComplete: isComplete && violation === undefined,
      ...(violation === undefined ? {} : { violation }),
      places: stepper.size,
      steps: stepper.computed,
      moves: this.moves,
      transitions: stepper.coverage.transitions,
      guards: stepper.coverage.guards,
      fingerprint: stepper.fingerprint(),
      bytes: table.bytes + lists.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }
}

function same<T>(value: T): T {
  return value;
}
