/**
 * What surrounds the poller chart in its exploration: a source that changes, fails, hangs and answers late, a store that may refuse, and
 * whoever stops it all.
 */
import type { pollerMachine, PollerContext, PollerEvent } from '../../machines/index.js';
import type { Failure } from '../../src/model/failure.js';
import { Forbidden } from '../../src/testing/index.js';
import type { Effect, Environment, MachineStep, Move, WorldState } from '../../src/testing/index.js';

type Machine = typeof pollerMachine;
type State = WorldState<Machine, PollerWorld>;
type PollerMove = Move<Machine, PollerWorld>;

export interface PollerWorld {
  /** What the source has: the number of times that it has changed. */
  readonly source: number;
  /** What the store holds, or -1. */
  readonly held: number;
  /** The fetch under way. A source that hangs does not answer any more. */
  readonly fetch: 'none' | 'sent' | 'hanging';
  /** An answer that is still on its way, of a fetch that was given up: what it says, and how many fetches have begun since. */
  readonly late: { readonly says: number; readonly age: number } | undefined;
  /** The store will refuse what it is given next. */
  readonly refuses: boolean;
  /** Polls that have failed and were not told. */
  readonly untold: number;
  readonly isStopped: boolean;
  readonly faults: number;
  readonly writes: number;
}

export const pollerInput = { period: 10_000, requestTimeout: 60_000 } as const;

/** Numbers of requests count relative to the current one. */
export function canonicalPollerContext(context: PollerContext): PollerContext {
  return { ...context, request: 0 };
}

/** A late answer arrives within so many fetches, or never. */
const longestDelay = 2;

const failures: Readonly<Record<'fails' | 'throttles', Failure>> = {
  fails: { kind: 'unavailable', error: undefined as unknown as Error }, // an error has a stack, which no two of them share
  throttles: { kind: 'throttled', error: undefined as unknown as Error, retryAfter: 30_000 },
};

export function pollerEnvironment(options: {
  readonly faults: number;
  readonly writes: number;
}): Environment<Machine, PollerWorld> {
  return {
    initial: { source: 0, held: -1, fetch: 'none', late: undefined, refuses: false, untold: 0, isStopped: false, ...options },
    moves,
    perform,
    encode: (world) => JSON.stringify(world),
    judge,
    hasConverged: ({ environment: { isStopped, held, source } }) => isStopped || held === source,
  };
}

function moves(state: State): readonly PollerMove[] {
  const { environment: world } = state;
  const stop: PollerMove = { kind: 'input', name: 'stop', next: { ...world, isStopped: true }, send: { type: 'stop' } };
  const start: PollerMove = { kind: 'step', name: 'start', next: world, send: { type: 'start' } };
  return [start, stop, ...answers(world), ...timers(state), ...lateAnswers(world), ...changes(world)];
}

function answers(world: PollerWorld): readonly PollerMove[] {
  if (world.fetch !== 'sent') return [];
  const completed = (says: number): PollerEvent => ({ type: 'fetch.completed', request: 0, objects: [says] });
  const answer: PollerMove = { kind: 'step', name: 'answers', next: world, send: completed(world.source) };
  if (world.faults === 0) return [answer];
  const spent = { ...world, faults: world.faults - 1 };
  return [
    answer,
    { kind: 'fault', name: 'the store refuses', next: { ...spent, refuses: true }, send: completed(world.source) },
    { kind: 'fault', name: 'hangs', next: { ...spent, fetch: 'hanging' } },
    ...(['fails', 'throttles'] as const).map((name): PollerMove => ({
      kind: 'fault',
      name,
      next: { ...spent, untold: spent.untold + 1 },
      send: { type: 'fetch.failed', request: 0, failure: failures[name] },
    })),
  ];
}

/** A timer of a fetch that would be answered in time is a fault of the source, which is slow; the others are as good as time. */
function timers({ place, environment: world }: State): readonly PollerMove[] {
  return place.timers.flatMap(({ name, event }): PollerMove[] => {
    if (name === 'period' || world.fetch === 'hanging') {
      const untold = world.untold + (name === 'period' ? 0 : 1);
      return [{ kind: 'step', name, next: { ...world, untold }, send: event }];
    }
    if (world.faults === 0) return [];
    return [{ kind: 'fault', name: 'slow', next: { ...world, faults: world.faults - 1, untold: world.untold + 1 }, send: event }];
  });
}

function lateAnswers(world: PollerWorld): readonly PollerMove[] {
  const { late } = world;
  if (late === undefined) return [];
  const next = { ...world, late: undefined };
  return [
    { kind: 'fault', name: 'answers late', next, send: { type: 'fetch.completed', request: -late.age, objects: [late.says] } },
    { kind: 'fault', name: 'fails late', next, send: { type: 'fetch.failed', request: -late.age, failure: failures.fails } },
  ];
}

function changes(world: PollerWorld): readonly PollerMove[] {
  if (world.writes === 0) return [];
  return [{ kind: 'input', name: 'the source changes', next: { ...world, source: world.source + 1, writes: world.writes - 1 } }];
}

function perform(before: PollerWorld, step: MachineStep<Machine>): PollerWorld | Forbidden {
  const retired = step.rawContext.request - step.before.context.request;
  let world: PollerWorld | Forbidden = agedBy(before, retired);
  for (const effect of step.effects) {
    world = performOne(world, effect, step, retired);
    if (world instanceof Forbidden) return world;
  }
  return world;
}

function performOne(world: PollerWorld, effect: Effect, step: MachineStep<Machine>, retired: number): PollerWorld | Forbidden {
  // What was on its way may still arrive, in the place of what was late before.
  if (effect.kind === 'left')
    return { ...world, fetch: 'none', late: wasAnswered(step) ? world.late : { says: world.source, age: retired } };
  if (world.isStopped) return new Forbidden(`PO5: stopped, and ${JSON.stringify(effect)} happens`);
  if (effect.kind === 'invoked') {
    const { request } = effect.input as { readonly request: number }; // the only effect there is
    if (world.fetch !== 'none') return new Forbidden('PO2: a second fetch while one is under way');
    return request === step.rawContext.request
      ? { ...world, fetch: 'sent' }
      : new Forbidden(`PO2: a fetch with the number ${request}`);
  }
  if (effect.type !== 'replaceAll') return { ...world, untold: world.untold - 1 };
  const [says = -1] = (effect.params as { readonly objects: readonly number[] }).objects; // as the answers above
  return world.refuses ? { ...world, refuses: false } : { ...world, held: says };
}

function wasAnswered({ event }: MachineStep<Machine>): boolean {
  return event.type.startsWith('fetch.');
}

function agedBy(world: PollerWorld, retired: number): PollerWorld {
  if (world.late === undefined || retired === 0) return world;
  const age = world.late.age + retired;
  return { ...world, late: age > longestDelay ? undefined : { ...world.late, age } };
}

function judge(before: State, move: PollerMove, { place, environment: world }: State): string | undefined {
  if (world.untold !== 0) return `PO4: ${world.untold} failed polls were not told`;
  if (world.isStopped !== place.isDone) return `PO5: the poller ${place.isDone ? 'ends by itself' : 'goes on when it is stopped'}`;
  if (place.isDone && (world.fetch !== 'none' || place.timers.length > 0)) return 'PO5: stopped, and something is left';
  const state = JSON.stringify(place.value);
  if ((place.value === 'fetching') !== (world.fetch !== 'none')) return `PO2: ${state}, and the fetch is ${world.fetch}`;
  const armed = place.timers.map(({ name }) => name).join();
  const wanted = place.value === 'fetching' ? 'requestTimeout' : place.value === 'waiting' ? 'period' : '';
  if (armed !== wanted) return `PO3: in ${state} the timers are ${armed}`;
  if (move.name.endsWith('late') && (place !== before.place || world.held !== before.environment.held))
    return `PO2: something that ${move.name} has changed something`;
  if (world.held !== before.environment.held && world.held !== before.environment.source)
    return `PO1: the store holds ${world.held}, and the source has ${before.environment.source}`;
  return undefined;
}
