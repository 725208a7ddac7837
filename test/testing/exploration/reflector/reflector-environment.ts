/** The reflector chart in its world: what its effects do there, and what must hold. */
import type { reflectorMachine, ReflectorContext } from '../../../../machines/index.js';
import type { WatchEvent } from '../../../../src/model/watch.js';
import { Forbidden } from '../../../../src/testing/index.js';
import type { Effect, Environment, MachineStep, Move, WorldState } from '../../../../src/testing/index.js';
import { differenceOf, stateAt } from './history.js';
import { reflectorMoves, retryAfter, type WorldOptions } from './moves.js';
import { sinkAfter, type SinkResult } from './shipped.js';
import { encodeWorld, type LateFact, type Request, type World } from './world.js';

type Machine = typeof reflectorMachine;
type State = WorldState<Machine, World>;

/** The times that the pace is judged by, and counts that are reached within few faults. In milliseconds. */
export const timings = {
  minResyncInterval: 100,
  listRetryInterval: 1_000,
  watchPollInterval: 30_000,
  missingApiRetryInterval: 60_000,
  watchRetryTimeout: 600_000,
  maxErrorsPerRevision: 2,
  maxEmptyWatches: 2,
  shortWatch: 1_000,
  healthyPeriod: 120_000,
  idleLimit: 300_000,
  requestTimeout: 60_000,
  listLimit: 300_000,
  maxStaleLists: 2,
  auditInterval: 3_600_000,
  backoff: { factor: 2, max: 30_000, jitter: 'none' },
} as const;

/** More in a row than these make no difference that anybody looks at; the numbers of requests count relative to the current one. */
export function canonicalContext(context: ReflectorContext): ReflectorContext {
  return {
    ...context,
    request: 0,
    spent: 0,
    listFailures: Math.min(context.listFailures, 3),
    watchFailures: Math.min(context.watchFailures, 3),
    staleLists: Math.min(context.staleLists, timings.maxStaleLists),
    missingAnswers: Math.min(context.missingAnswers, 2),
  };
}

/** The environment with so many writes and faults. */
export function reflectorEnvironment(options: WorldOptions): Environment<Machine, World> {
  return {
    initial: { ...emptyWorld, writes: options.writes, faults: options.faults },
    moves: reflectorMoves(options),
    perform: (world, step) => perform(world, step, options),
    encode: (world) => encodeWorld(world, options.storeId),
    judge: (before, move, after) => judge(before, move, after),
    hasConverged,
  };
}

const emptyWorld: World = {
  log: '',
  compacted: 0,
  isBehind: false,
  request: undefined,
  late: undefined,
  content: '',
  shown: -1,
  applied: -1,
  isEmptied: false,
  listMisses: 0,
  watchMisses: 0,
  lastFailure: '',
  writes: 0,
  faults: 0,
  stage: 'new',
};

/** A late fact arrives within so many requests, or never. */
const longestDelay = 2;

function perform(before: World, step: MachineStep<Machine>, options: WorldOptions): World | Forbidden {
  let world: World | Forbidden = aged(before, step.rawContext.request - step.before.context.request);
  for (const effect of step.effects) {
    world = performOne(world, effect, step, options);
    if (world instanceof Forbidden) return world;
  }
  if (!step.after.isDone) return world;
  if (world.request !== undefined) return new Forbidden('R19: stopped, and a request is under way');
  return { ...emptyWorld, late: world.late, faults: world.faults, stage: 'stopped' };
}

/** A request that was retired makes what is late of earlier ones one older. */
function aged(world: World, retired: number): World {
  if (world.late === undefined || retired === 0) return world;
  const age = world.late.age + retired;
  return { ...world, late: age > longestDelay ? undefined : { ...world.late, age } };
}

function performOne(world: World, effect: Effect, step: MachineStep<Machine>, options: WorldOptions): World | Forbidden {
  switch (effect.kind) {
    case 'left':
      return leave(world, step.rawContext.request - step.before.context.request, options);
    case 'invoked':
      return ask(world, effect, step);
    case 'action':
      return act(world, effect, step, options);
  }
}

/** What is still on the line of a request may arrive later. */
function leave(world: World, retired: number, { only }: WorldOptions): World {
  const { request } = world;
  if (request === undefined) return world;
  if (only?.has('late list.completed') === false) return { ...world, request: undefined };
  const late = world.late ?? (world.faults > 0 && request.phase !== 'over' ? lateOf(request, retired) : undefined);
  return { ...world, request: undefined, late };
}

function lateOf({ op, phase, answer, wire, initial }: Request, age: number): LateFact | undefined {
  if (op === 'list') return answer < 0 ? undefined : { fact: 'list.completed', what: String(answer), age };
  if (phase !== 'open') return { fact: 'watch.opened', what: '', age };
  const batch = initial === 'done' ? wire[0] : undefined;
  return batch === undefined ? { fact: 'watch.ended', what: '', age } : { fact: 'watch.received', what: batch, age };
}

function ask(world: World, effect: Effect & { readonly kind: 'invoked' }, { after }: MachineStep<Machine>): World | Forbidden {
  if (world.request !== undefined)
    return new Forbidden(`R18: a ${effect.id} is asked for while a ${world.request.op} is under way`);
  // The inputs are those that the chart gives to its two effects.
  const input = effect.input as {
    readonly notOlderThan?: string;
    readonly applied?: string;
    readonly mayGoBack: boolean;
    readonly initialList?: boolean;
  };
  const op = effect.src === 'list' ? 'list' : 'watch';
  const floor = Number(input.notOlderThan ?? -1);
  const applied = Number(input.applied ?? -1);
  const isInitial = input.initialList === true;
  if (applied !== world.applied) return new Forbidden(`R7: asked from revision ${applied}, but ${world.applied} is committed`);
  if (op === 'watch' && !isInitial && applied < 0) return new Forbidden('R7: a watch is asked for without a revision');
  if (floor >= 0 && floor !== world.applied)
    return new Forbidden(`R10: asked for a list not older than ${floor}, but ${world.applied} is committed`);
  if (input.mayGoBack && after.context.staleLists < timings.maxStaleLists)
    return new Forbidden('R10: a stale list is believed too soon');
  const request: Request = {
    op,
    isInitial,
    floor,
    applied,
    mayGoBack: input.mayGoBack,
    phase: 'sent',
    answer: -1,
    cursor: applied,
    told: applied,
    wire: [],
    initial: isInitial ? '' : 'done',
    last: applied,
    hasReceived: false,
  };
  return { ...world, request, lastFailure: '' };
}

function act(
  world: World,
  { type, params }: Effect & { readonly kind: 'action' },
  { event }: MachineStep<Machine>,
  { deletesOnDisconnect }: WorldOptions,
): World | Forbidden {
  switch (type) {
    case 'replaceAll': {
      if (event.type !== 'list.completed') return new Forbidden(`R13: a list is committed by ${event.type}`);
      // The facts are those that this world's moves send.
      const { list, revision } = event as unknown as {
        readonly list: Parameters<SinkMethod<'replaceAll'>>[0];
        readonly revision?: string;
      };
      const listed = (params as { readonly list: unknown }).list;
      if (listed !== list) return new Forbidden('R13: another list is committed than the one that arrived');
      const shown = Number(list.revision);
      const key = `replace ${JSON.stringify(list)}`;
      const result = sinkAfter(world.content, deletesOnDisconnect, key, (mirror) => mirror.replaceAll(list));
      const applied = revision === undefined ? world.applied : Number(revision);
      return told(world, result) ?? { ...world, content: result.content, shown, applied, isEmptied: false };
    }
    case 'commit': {
      const { events } = params as { readonly events: readonly WatchEvent[] };
      const shown = Number(events.at(-1)?.revision);
      const key = `commit ${events.map((one) => `${one.type} ${one.revision} ${'new' in one ? one.new.key : 'old' in one ? one.old.key : ''}`).join()}`;
      const result = sinkAfter(world.content, deletesOnDisconnect, key, (mirror) => mirror.commit(events));
      return told(world, result) ?? { ...world, content: result.content, shown, applied: shown };
    }
    case 'removeAll': {
      const result = sinkAfter(world.content, deletesOnDisconnect, type, (mirror) => mirror.removeAll());
      return told(world, result) ?? { ...world, content: result.content, isEmptied: true };
    }
    case 'reportDisconnected': {
      const result = sinkAfter(world.content, deletesOnDisconnect, type, (mirror) => mirror.disconnected());
      const isEmptied = world.isEmptied || (deletesOnDisconnect && world.content !== '');
      return told(world, result) ?? { ...world, content: result.content, isEmptied };
    }
    case 'redeliver':
    case 'reportFailedList':
    case 'reportReconnected':
      return world;
    default:
      return new Forbidden(`D2: the chart asks for ${type}, which nobody provides`);
  }
}

type SinkMethod<K extends 'replaceAll'> = Parameters<Parameters<typeof sinkAfter>[3]>[0][K];

/** R5, R11: what the sink told is exactly the difference, each key once. */
function told(world: World, result: SinkResult): Forbidden | undefined {
  const difference = differenceOf(world.content, result.content);
  const keys = new Set(result.told.map(([key]) => key));
  const isExact =
    keys.size === result.told.length &&
    keys.size === difference.size &&
    result.told.every(([key, before, after]) => difference.get(key)?.join() === `${before},${after}`);
  return isExact
    ? undefined
    : new Forbidden(`R11: from ${world.content} to ${result.content}, and told was ${JSON.stringify(result.told)}`);
}

function judge(before: State, move: Move<Machine, World>, after: State): string | undefined {
  const world = after.environment;
  const { place } = after;
  const isSame = world.content === before.environment.content && world.shown === before.environment.shown;
  if (world.stage !== 'running' || (place === before.place && isSame)) return undefined;
  const truth = world.isEmptied || world.shown < 0 ? '' : stateAt(world.log, world.shown);
  if (world.content !== truth) return `R1: shows "${world.content}", but the datastore had "${truth}" at ${world.shown}`;
  // What a list without a revision shows has no known moment, so nothing can be told to be older.
  const mayGoBack = before.environment.request?.mayGoBack === true || before.environment.shown > before.environment.applied;
  if (world.shown < before.environment.shown && !mayGoBack) return `R2: back from ${before.environment.shown} to ${world.shown}`;
  if (Number(place.context.revision ?? -1) !== world.applied) {
    return `D4: the chart says revision ${place.context.revision}, but ${world.applied} is committed`;
  }
  if (move.name.startsWith('late ')) return 'R9: a late fact changed something';
  const hasListed = world.shown !== before.environment.shown || move.send?.type === 'list.completed' || world.isEmptied;
  if (place.tags.has('inSync') && !before.place.tags.has('inSync') && !hasListed) return 'S1: in sync without a complete list';
  if (place.tags.has('inSync') && world.shown < 0 && !world.isEmptied) return 'S1: in sync with nothing listed';
  if (move.kind === 'step' && hasConverged(before) && !isEqualAndInSync(after)) return 'RL1: had converged, and did not stay so';
  return judgePace(after);
}

/** R20: after failures in a row, the wait is at least the exponential one; and at least what the datastore asked for. */
function judgePace({ place, environment: { listMisses, watchMisses, lastFailure } }: State): string | undefined {
  for (const { name, delay } of place.timers) {
    if (name !== 'listRetry' && name !== 'watchRetry') continue;
    const [misses, first] = name === 'listRetry' ? [listMisses, 1_000] : [watchMisses, 100];
    const least = misses === 0 ? 0 : first * 2 ** (misses - 1);
    if (delay < least) return `R20: ${name} waits ${delay} ms after ${misses} failures in a row, which is less than ${least}`;
    if (lastFailure === 'throttled' && delay < retryAfter) return `R20: ${name} waits ${delay} ms, and was asked for ${retryAfter}`;
  }
  return undefined;
}

function isEqualAndInSync({ place, environment: { content, log, isEmptied } }: State): boolean {
  return place.tags.has('inSync') && !isEmptied && content === stateAt(log, log.length);
}

/** RL1: in sync, equal, and nothing is on its way that could change it: a watch that follows, or polling. */
function hasConverged(state: State): boolean {
  const { place, environment: world } = state;
  if (world.stage === 'stopped') return true;
  if (!isEqualAndInSync(state) || !place.tags.has('connected')) return false;
  const { request } = world;
  const head = world.log.length;
  if (place.text.includes('polling')) {
    const isAnswerOld = request !== undefined && request.answer >= 0 && request.answer < head; // equal by chance, and soon not
    return world.applied >= world.compacted && request?.phase !== 'over' && !isAnswerOld && !world.isBehind;
  }
  return request?.op === 'watch' && request.phase === 'open' && request.cursor === head && request.wire.length === 0;
}
