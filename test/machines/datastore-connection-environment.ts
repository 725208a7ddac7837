/**
 * What surrounds the datastore connection chart in its exploration: a datastore that is written to, falls silent and forgets its history,
 * a reflector that follows it, a controller that may have no room, a local copy that may be empty or broken, and late facts of all of them.
 */
import type { datastoreConnectionMachine } from '../../machines/datastore-connection.machine.js';
import type { DatastoreConnectionContext, DatastoreConnectionEvent } from '../../machines/datastore-connection.types.js';
import { Forbidden } from '../../src/testing/index.js';
import type { Effect, Environment, MachineStep, Move, WorldState } from '../../src/testing/index.js';

type Machine = typeof datastoreConnectionMachine;
type State = WorldState<Machine, ConnectionWorld>;
type ConnectionMove = Move<Machine, ConnectionWorld>;
type EffectName = 'pushResync' | 'tellChanges' | 'loadMirror' | 'pushLocal';

export interface ConnectionWorld {
  /** What the datastore has: how often it was written to. */
  readonly version: number;
  /** What was read of it, or -1. */
  readonly held: number;
  /** What the controller knows, or -1. */
  readonly known: number;
  readonly isAnswering: boolean;
  /** What was read can be followed from where it is. */
  readonly isWhole: boolean;
  /** And is being followed. */
  readonly isFollowed: boolean;
  /** Something has happened that everything must be told for, and has not been. */
  readonly isDue: boolean;
  /** The connection was lost, and everything has not been told since. */
  readonly isLost: boolean;
  readonly wasTold: boolean;
  readonly copy: 'whole' | 'empty' | 'broken';
  readonly isTimeUp: boolean;
  readonly wasCopyTold: boolean;
  readonly running: Readonly<Record<EffectName, boolean>>;
  readonly isStopped: boolean;
  /** What has been reported and should not have been, or the other way round. */
  readonly unreported: number;
  readonly flaw: string;
  readonly faults: number;
  readonly writes: number;
}

export interface ConnectionOptions {
  readonly faults: number;
  readonly writes: number;
  readonly copy: ConnectionWorld['copy'];
  readonly toleratesSilence: boolean;
}

/** Numbers of what is told count relative to the current one. */
export function canonicalConnectionContext(context: DatastoreConnectionContext): DatastoreConnectionContext {
  return { ...context, request: 0, localRequest: 0, refusals: Math.min(context.refusals, 1), localRefusals: 0 };
}

export function connectionEnvironment({ toleratesSilence, ...options }: ConnectionOptions): Environment<Machine, ConnectionWorld> {
  const initial: ConnectionWorld = {
    version: 0,
    held: -1,
    known: -1,
    isAnswering: false,
    isWhole: false,
    isFollowed: false,
    isDue: true,
    isLost: false,
    wasTold: false,
    isTimeUp: false,
    wasCopyTold: false,
    running: { pushResync: false, tellChanges: false, loadMirror: false, pushLocal: false },
    isStopped: false,
    unreported: 0,
    flaw: '',
    ...options,
  };
  return {
    initial,
    moves: (state) => [
      { kind: 'step', name: 'start', next: state.environment, send: { type: 'start' } },
      { kind: 'input', name: 'stop', next: { ...state.environment, isStopped: true }, send: { type: 'stop' } },
      ...(typeof state.place.value === 'string' ? [] : remoteMoves(state.environment, toleratesSilence)),
      ...controllerMoves(state.environment),
      ...copyMoves(state.environment),
      ...timers(state),
      ...lateFacts(state.environment),
      ...inputs(state),
    ],
    perform,
    encode: (world) => JSON.stringify(world),
    judge,
    hasConverged: ({ environment: { isStopped, wasTold, known, version, running } }) =>
      isStopped || (wasTold && known === version && running.tellChanges),
  };
}

const lost = { isLost: true, isDue: true } as const;

/** What the datastore and the reflector do by themselves, and what can go wrong with them. */
function remoteMoves(world: ConnectionWorld, toleratesSilence: boolean): readonly ConnectionMove[] {
  const { isAnswering, isWhole, isFollowed, held, version, running, faults, wasTold } = world;
  const moves: ConnectionMove[] = [];
  const step = (name: string, next: ConnectionWorld, send?: DatastoreConnectionEvent): void =>
    void moves.push({ kind: 'step', name, next, ...(send === undefined ? {} : { send }) });
  if (!isAnswering) step('answers', { ...world, isAnswering: true }, { type: 'remote.answered' });
  if (isAnswering && !isWhole) {
    const next = { ...world, held: version, isWhole: true, isFollowed: true };
    step('lists', next, { type: 'list.taken', bringsNews: held !== version });
  }
  if (isAnswering && isWhole && !isFollowed) step('follows', { ...world, isFollowed: true }, { type: 'remote.followed' });
  if (isFollowed && held < version) step('brings', taken({ ...world, held: version }));
  if (faults === 0) return moves;
  const spent = { ...world, faults: faults - 1 };
  const fault = (name: string, next: ConnectionWorld, send: DatastoreConnectionEvent): void =>
    void moves.push({ kind: 'fault', name, next, send });
  if (isAnswering) {
    const isLoss = running.tellChanges && !toleratesSilence;
    fault(
      'falls silent',
      { ...spent, isAnswering: false, isFollowed: false, ...(isLoss ? lost : {}) },
      { type: 'remote.interrupted' },
    );
  }
  if (isWhole)
    fault('lapses', { ...spent, isWhole: false, isFollowed: false, ...(wasTold ? lost : {}) }, { type: 'remote.lapsed' });
  if (isFollowed && held < version) {
    // The watch has lost an event, and an audit finds it.
    fault('audits with news', { ...spent, held: version, isDue: true }, { type: 'list.taken', bringsNews: true });
    if (running.tellChanges)
      fault('refuses a change', { ...spent, held: version, isDue: true }, { type: 'changes.refused', request: 0 });
  }
  if (isFollowed && held === version) fault('audits without news', spent, { type: 'list.taken', bringsNews: false });
  return moves;
}

/** A batch has arrived: it is told, when changes are being told. */
function taken(world: ConnectionWorld): ConnectionWorld {
  if (!world.running.tellChanges) return world;
  return { ...world, known: world.held, flaw: world.isLost ? 'EH40: a change is told between a loss and its DBResync' : '' };
}

function controllerMoves(world: ConnectionWorld): readonly ConnectionMove[] {
  const { running, faults } = world;
  const moves: ConnectionMove[] = [];
  const spent = { ...world, faults: faults - 1 };
  if (running.pushResync) {
    const flaw = !world.isDue
      ? 'EH40: everything is told for no reason'
      : !world.isWhole
        ? 'EH37: what is told is not what the datastore has'
        : '';
    const next = { ...world, known: world.held, wasTold: true, isDue: false, isLost: false, flaw };
    moves.push({ kind: 'step', name: 'takes everything', next, send: { type: 'resync.accepted', request: 0 } });
    if (faults > 0)
      moves.push({ kind: 'fault', name: 'refuses everything', next: spent, send: { type: 'resync.refused', request: 0 } });
  }
  if (running.pushLocal) {
    const flaw = world.wasTold || world.wasCopyTold ? 'EC32: the copy is told twice, or after the datastore' : '';
    moves.push({
      kind: 'step',
      name: 'takes the copy',
      next: { ...world, wasCopyTold: true, flaw },
      send: { type: 'local.accepted', request: 0 },
    });
    if (faults > 0)
      moves.push({ kind: 'fault', name: 'refuses the copy', next: spent, send: { type: 'local.refused', request: 0 } });
  }
  if (faults > 0 && (running.pushResync || running.pushLocal || running.tellChanges)) {
    const next = { ...spent, isStopped: true, unreported: 1 };
    moves.push({ kind: 'fault', name: 'closes', next, send: { type: 'controller.closed' } });
  }
  return moves;
}

function copyMoves(world: ConnectionWorld): readonly ConnectionMove[] {
  if (!world.running.loadMirror) return [];
  const send: DatastoreConnectionEvent =
    world.copy === 'broken'
      ? { type: 'mirror.failed', request: 0, error: undefined as unknown as Error } // an error has a stack, which no two of them share
      : { type: 'mirror.loaded', request: 0, isEmpty: world.copy === 'empty' };
  return [{ kind: 'step', name: 'reads the copy', next: { ...world, unreported: world.copy === 'broken' ? 1 : 0 }, send }];
}

function timers({ place, environment: world }: State): readonly ConnectionMove[] {
  return place.timers.map(({ name, event }): ConnectionMove => {
    const next =
      name === 'toleratedSilence' ? { ...world, ...lost } : name === 'delayLocalResync' ? { ...world, isTimeUp: true } : world;
    return { kind: 'step', name, next, send: event };
  });
}

const facts = [
  'resync.accepted',
  'resync.refused',
  'changes.refused',
  'mirror.loaded',
  'mirror.failed',
  'local.accepted',
  'local.refused',
] as const;

function lateFacts(world: ConnectionWorld): readonly ConnectionMove[] {
  if (world.faults === 0) return [];
  const next = { ...world, faults: world.faults - 1 };
  const error = undefined as unknown as Error; // as above
  return facts.map((type): ConnectionMove => ({
    kind: 'fault',
    name: 'late',
    detail: type,
    next,
    send: { type, request: -1, isEmpty: false, error },
  }));
}

function inputs({ place, environment: world }: State): readonly ConnectionMove[] {
  if (world.writes === 0) return [];
  const next = { ...world, writes: world.writes - 1 };
  const isHeard = place.tags.has('inSync');
  return [
    { kind: 'input', name: 'writes', next: { ...next, version: next.version + 1 } },
    { kind: 'input', name: 'asks for everything', next: isHeard ? { ...next, isDue: true } : next, send: { type: 'resync' } },
  ];
}

function perform(before: ConnectionWorld, step: MachineStep<Machine>): ConnectionWorld | Forbidden {
  let world: ConnectionWorld | Forbidden = before;
  for (const effect of step.effects) {
    world = performOne(world, effect, step);
    if (world instanceof Forbidden) return world;
  }
  return world;
}

function performOne(world: ConnectionWorld, effect: Effect, { rawContext }: MachineStep<Machine>): ConnectionWorld | Forbidden {
  if (effect.kind === 'action') return { ...world, unreported: world.unreported - 1 };
  const name = effect.id as EffectName; // the effects of this chart are called as their states invoke them
  if (effect.kind === 'left') return { ...world, running: { ...world.running, [name]: false } };
  const { request } = effect.input as { readonly request: number }; // of each of them
  const isLocal = name === 'loadMirror' || name === 'pushLocal';
  if (world.isStopped) return new Forbidden(`D10: stopped, and ${name} begins`);
  if (world.running[name]) return new Forbidden(`D2: ${name} begins twice`);
  if (request !== (isLocal ? rawContext.localRequest : rawContext.request))
    return new Forbidden(`D2: ${name} with the number ${request}`);
  if (name === 'tellChanges' && world.known !== world.held)
    return new Forbidden('EH36: changes are told to somebody who knows something else');
  if (isLocal && !world.isTimeUp) return new Forbidden(`EC32: ${name} before delayLocalResync is over`);
  if (isLocal && (world.isAnswering || world.isWhole)) return new Forbidden(`EC32: ${name}, and the datastore has been reached`);
  if (name === 'pushLocal' && world.copy !== 'whole') return new Forbidden('EC32: a copy is told that has nothing');
  return { ...world, running: { ...world.running, [name]: true } };
}

function judge(before: State, move: ConnectionMove, { place, environment: world }: State): string | undefined {
  if (world.flaw !== '') return world.flaw;
  if (world.unreported !== 0) return `D2: ${world.unreported} things were not reported`;
  if (move.name === 'late' && place !== before.place) return `D2: a late ${move.detail ?? ''} has changed something`;
  if (world.isStopped !== place.isDone) return `D10: it ${place.isDone ? 'ends by itself' : 'goes on when it is stopped'}`;
  const { pushResync, tellChanges, loadMirror, pushLocal } = world.running;
  if (place.isDone)
    return pushResync || tellChanges || loadMirror || pushLocal || place.timers.length > 0
      ? 'D10: stopped, and something is left'
      : undefined;
  if (tellChanges !== place.tags.has('inSync')) return `EH36: ${place.text}, and changes are ${tellChanges ? '' : 'not '}told`;
  if (tellChanges && world.isLost) return 'EH40: lost, and changes are told';
  if (tellChanges && world.known !== world.held) return 'EH36: in sync, and something was not told';
  if (pushResync && tellChanges) return 'EH40: everything and changes are told at the same time';
  if (place.tags.has('localFallback') && !world.wasCopyTold) return 'EC32: the copy counts as told, and was not';
  return undefined;
}
