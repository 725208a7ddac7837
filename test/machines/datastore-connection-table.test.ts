/** L0: the datastore connection chart against its total tables, and the laws that its context follows. */
import { describe, expect, it } from 'vitest';
import { transition } from 'xstate';
import { datastoreConnectionMachine } from '../../machines/datastore-connection.machine.js';
import {
  localTable,
  remoteTable,
  type LocalHappening,
  type LocalPlace,
  type RemoteHappening,
  type RemotePlace,
} from '../../machines/datastore-connection.table.js';
import type { DatastoreConnectionContext, DatastoreConnectionEvent } from '../../machines/datastore-connection.types.js';

const [request, localRequest] = [7, 11];
const context: DatastoreConnectionContext = {
  delayLocalResync: 5_000,
  toleratedSilence: 3_000,
  resyncRetryInterval: 1_000,
  healthyPeriod: 10_000,
  backoff: { factor: 2, max: 30_000, jitter: 'none' },
  hasMirror: true,
  request,
  localRequest,
  refusals: 0,
  localRefusals: 0,
};

function at(remote: RemotePlace, local: LocalPlace, changes: Partial<DatastoreConnectionContext> = {}) {
  const [state = '', inner] = remote.split('.');
  const value =
    remote === 'idle' || remote === 'stopped'
      ? remote
      : { running: { remote: inner === undefined ? state : { [state]: inner }, local } };
  return datastoreConnectionMachine.resolveState({
    value,
    context: { ...context, ...changes },
    ...(remote === 'stopped' ? { status: 'done' as const } : {}),
  });
}

const owners: Readonly<Record<string, string>> = {
  resyncRetry: 'running.remote.resyncing.waiting',
  toleratedSilence: 'running.remote.inSync.silent',
  healthyPeriod: 'running.remote.inSync',
  delayLocalResync: 'running.local.waiting',
  localRetry: 'running.local.resting',
};
/** States with an id of their own are known to timers by it. */
const ids: Readonly<Record<string, string>> = { 'running.remote.inSync': 'inSync' };

function eventOf(happening: RemoteHappening | LocalHappening): DatastoreConnectionEvent {
  const [name = '', how] = happening.split(', ');
  const isLocal = name.startsWith('mirror.') || name.startsWith('local.');
  const number = (isLocal ? localRequest : request) - (how === 'late' ? 1 : 0);
  if (name.startsWith('after ')) {
    const delay = name.replace('after ', '');
    const owner = owners[delay] ?? '';
    return { type: `xstate.after.${delay}.${ids[owner] ?? `datastoreConnection.${owner}`}` } as unknown as DatastoreConnectionEvent; // XState's own event of a delay
  }
  const event = {
    type: name,
    request: number,
    isEmpty: how === 'empty',
    bringsNews: how !== 'without news',
    error: new Error('torn'),
  };
  return event as unknown as DatastoreConnectionEvent; // it has all members
}

function remoteOf(value: unknown): string {
  return typeof value === 'string' ? value : pathOf((value as { readonly running: { readonly remote: unknown } }).running.remote); // the chart's own shape
}

function localOf(value: unknown): string {
  return typeof value === 'string' ? value : pathOf((value as { readonly running: { readonly local: unknown } }).running.local); // as above
}

function pathOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Object.entries(value as object)
    .map(([state, inner]) => `${state}.${pathOf(inner)}`)
    .join();
}

const remoteCells = (Object.keys(remoteTable) as RemotePlace[]).flatMap((place) =>
  (Object.keys(remoteTable[place]) as RemoteHappening[]).map((happening) => ({ place, happening })),
); // the keys of objects of ours
const localCells = (Object.keys(localTable) as LocalPlace[]).flatMap((place) =>
  (Object.keys(localTable[place]) as LocalHappening[]).map((happening) => ({ place, happening })),
); // as above

describe('the total table of the datastore', () => {
  it.each(remoteCells)('$place, $happening', ({ place, happening }) => {
    // The copy is over and done with, so that nothing but the datastore reacts.
    const before = at(place, 'over');
    const [after, actions] = transition(datastoreConnectionMachine, before, eventOf(happening));
    const outcome = remoteTable[place][happening];
    expect(remoteOf(after.value)).toBe(outcome === 'ignored' ? place : outcome);
    if (outcome !== 'ignored') return expect(after, 'something happens').not.toBe(before);
    expect(after, 'ignored: the same snapshot').toBe(before);
    expect(actions).toEqual([]);
  });

  it('EH38: after a refusal everything waits before it is told, however it becomes due', () => {
    for (const { place, happening } of remoteCells) {
      const [after] = transition(datastoreConnectionMachine, at(place, 'over', { refusals: 2 }), eventOf(happening));
      const isTimer = happening === 'after resyncRetry';
      if (place !== 'resyncing.pushing' && !isTimer)
        expect(remoteOf(after.value), `${place}, ${happening}`).not.toBe('resyncing.pushing');
    }
  });

  it('EH40: a silence is a loss at once where none is tolerated', () => {
    const [after] = transition(datastoreConnectionMachine, at('inSync.following', 'over', { toleratedSilence: 0 }), {
      type: 'remote.interrupted',
    });
    expect(remoteOf(after.value)).toBe('lost.interrupted');
  });

  it('D2: what is told has a number, which is used up when its state is left', () => {
    for (const place of ['resyncing.pushing', 'inSync.following', 'inSync.silent'] as const) {
      for (const happening of Object.keys(remoteTable[place]) as RemoteHappening[]) {
        const [after] = transition(datastoreConnectionMachine, at(place, 'over'), eventOf(happening));
        const isLeft =
          !remoteOf(after.value).startsWith(place.split('.')[0] ?? '') ||
          (place === 'resyncing.pushing' && happening === 'resync.refused');
        expect(after.context.request, `${place}, ${happening}`).toBe(isLeft ? request + 1 : request);
      }
    }
  });
});

describe('the total table of the local copy', () => {
  it.each(localCells)('$place, $happening', ({ place, happening }) => {
    const isTold = happening.startsWith('resync.accepted');
    const isReached = place === 'overdue' || happening === 'remote.interrupted' || happening.endsWith('reached');
    const remote = isTold ? 'resyncing.pushing' : isReached ? 'connecting' : 'noRemote';
    const before = at(remote, place);
    const [after] = transition(datastoreConnectionMachine, before, eventOf(happening));
    const outcome = localTable[place][happening];
    expect(localOf(after.value)).toBe(outcome === 'ignored' ? place : outcome);
    const isHeard = isTold ? happening === 'resync.accepted' : happening === 'remote.interrupted';
    if (outcome === 'ignored' && !isHeard) expect(after, 'ignored: the same snapshot').toBe(before);
  });

  it('EC32: without a copy nothing waits for one', () => {
    const [after] = transition(datastoreConnectionMachine, at('idle', 'over', { hasMirror: false }), { type: 'start' });
    expect(localOf(after.value)).toBe('over');
    expect(localOf(transition(datastoreConnectionMachine, at('idle', 'over'), { type: 'start' })[0].value)).toBe('waiting');
  });

  it('EC32: once the copy was told, nothing has it told again', () => {
    for (const happening of Object.keys(localTable.used) as LocalHappening[])
      expect(['ignored', 'over']).toContain(localTable.used[happening]);
    for (const outcome of Object.values(localTable.over)) expect(outcome).toBe('ignored');
  });
});

describe('the pauses of a datastore connection', () => {
  const { delays, actions, actors } = datastoreConnectionMachine.implementations as unknown as {
    readonly delays: Readonly<Record<string, (scope: { readonly context: DatastoreConnectionContext }) => number>>;
    readonly actions: Readonly<Record<string, unknown>>;
    readonly actors: Readonly<Record<string, { readonly config: unknown }>>;
  }; // as XState keeps them

  it('EH38: grow with each refusal in a row, from resyncRetryInterval to the longest', () => {
    const pauses = [0, 1, 2, 3, 20].map((refusals) => delays['resyncRetry']?.({ context: { ...context, refusals } }));
    expect(pauses).toEqual([1_000, 1_000, 2_000, 4_000, 30_000]);
    const local = [1, 2].map((localRefusals) => delays['localRetry']?.({ context: { ...context, localRefusals } }));
    expect(local).toEqual([1_000, 2_000]);
  });

  it('are those that were asked for', () => {
    for (const name of ['delayLocalResync', 'toleratedSilence', 'healthyPeriod'] as const)
      expect(delays[name]?.({ context })).toBe(context[name]);
  });

  it('EH38: refusals are counted, and forgotten after a healthy period', () => {
    const [refused] = transition(
      datastoreConnectionMachine,
      at('resyncing.pushing', 'over', { refusals: 2 }),
      eventOf('resync.refused'),
    );
    const [dropped] = transition(datastoreConnectionMachine, at('inSync.following', 'over'), eventOf('changes.refused'));
    const [accepted] = transition(
      datastoreConnectionMachine,
      at('resyncing.pushing', 'over', { refusals: 2 }),
      eventOf('resync.accepted'),
    );
    const [healthy] = transition(
      datastoreConnectionMachine,
      at('inSync.following', 'over', { refusals: 2 }),
      eventOf('after healthyPeriod'),
    );
    const [local] = transition(datastoreConnectionMachine, at('noRemote', 'offering'), eventOf('local.refused'));
    expect([refused, dropped, accepted, healthy].map((snapshot) => snapshot.context.refusals)).toEqual([3, 1, 2, 0]);
    expect(local.context).toMatchObject({ refusals: 0, localRefusals: 1 });
  });

  it('D2: an effect or an action that nobody has provided is missed by name, at once', () => {
    const provided = [
      ...['reportClosed', 'reportMirror'].map((name) => [name, actions[name]] as const),
      ...['pushResync', 'tellChanges', 'loadMirror', 'pushLocal'].map((name) => [name, actors[name]?.config] as const),
    ];
    for (const [name, implementation] of provided) {
      const call = implementation as (...args: readonly unknown[]) => unknown; // as XState calls it
      expect(() => call({}, {})).toThrow(`'${name}' was not provided`);
    }
  });
});
