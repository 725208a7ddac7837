/**
 * The connection of a controller to its datastore: when everything is told (a DBResync), when changes are, and when the local copy
 * stands in for a datastore that is out of reach (Contiv controller, dbWatcher).
 *
 * The chart decides; its effects tell the controller and read the local copy, and are provided by whoever runs it. Everything that is
 * told has a number, and a fact with another number changes nothing.
 */
import { and, assign, fromCallback, setup, stateIn } from 'xstate';
import { backoffDelay } from '../src/policy/backoff.js';
import { notProvided, type Chart, type SpecRefs } from './chart-words.js';
import type {
  DatastoreConnectionContext,
  DatastoreConnectionEvent,
  DatastoreConnectionInput,
  DatastoreConnectionShape,
  DatastoreConnectionTag,
  TellingInput,
} from './datastore-connection.types.js';

const connection = setup({
  types: {
    context: {} as DatastoreConnectionContext,
    events: {} as DatastoreConnectionEvent,
    input: {} as DatastoreConnectionInput,
    tags: {} as DatastoreConnectionTag,
    meta: {} as SpecRefs,
  },
  actors: {
    pushResync: fromCallback<{ type: 'none' }, TellingInput>(notProvided('pushResync')),
    tellChanges: fromCallback<{ type: 'none' }, TellingInput>(notProvided('tellChanges')),
    loadMirror: fromCallback<{ type: 'none' }, TellingInput>(notProvided('loadMirror')),
    pushLocal: fromCallback<{ type: 'none' }, TellingInput>(notProvided('pushLocal')),
  },
  guards: {
    isCurrent: ({ context, event }) => 'request' in event && event.request === context.request,
    isLocalCurrent: ({ context, event }) => 'request' in event && event.request === context.localRequest,
    isNotEmpty: ({ context, event }) => event.type === 'mirror.loaded' && event.request === context.localRequest && !event.isEmpty,
    bringsNews: ({ event }) => event.type === 'list.taken' && event.bringsNews,
    wasRefused: ({ context }) => context.refusals > 0,
    toleratesSilence: ({ context }) => context.toleratedSilence > 0,
    hasMirror: ({ context }) => context.hasMirror,
    isOutOfReach: stateIn('#noRemote'),
    isUsable: and(['isNotEmpty', 'isOutOfReach']),
  },
  actions: {
    reportClosed: notProvided('reportClosed'),
    reportMirror: (_, _params: { readonly error: Error }) => notProvided('reportMirror')(),
    recordRefusal: assign({ refusals: ({ context }) => context.refusals + 1 }),
    forgetRefusals: assign({ refusals: 0 }),
    recordLocalRefusal: assign({ localRefusals: ({ context }) => context.localRefusals + 1 }),
    retireRequest: assign({ request: ({ context }) => context.request + 1 }),
    retireLocalRequest: assign({ localRequest: ({ context }) => context.localRequest + 1 }),
  },
  delays: {
    delayLocalResync: ({ context }) => context.delayLocalResync,
    toleratedSilence: ({ context }) => context.toleratedSilence,
    resyncRetry: ({ context }) => waitAfterRefusals(context, context.refusals),
    localRetry: ({ context }) => waitAfterRefusals(context, context.localRefusals),
    healthyPeriod: ({ context }) => context.healthyPeriod,
  },
});

/** The pause after so many refusals in a row, in milliseconds, without jitter. */
function waitAfterRefusals({ resyncRetryInterval, backoff }: DatastoreConnectionInput, refusals: number): number {
  return Math.max(resyncRetryInterval, backoffDelay(refusals, resyncRetryInterval, backoff));
}

/** The datastore itself has been told: nobody needs its copy any more. */
const superseded = { 'resync.accepted': { guard: 'isCurrent', target: 'over' } } as const;

const local = connection.createStateConfig({
  description: 'Whether the local copy stands in for a datastore that is out of reach.',
  meta: { spec: ['EC32', 'EH41'] },
  initial: 'choosing',
  states: {
    choosing: {
      description: 'Is there a copy at all?',
      always: [{ guard: 'hasMirror', target: 'waiting' }, { target: 'over' }],
    },
    waiting: {
      description: 'The datastore has its time to answer.',
      on: superseded,
      after: { delayLocalResync: { target: 'overdue' } },
    },
    overdue: {
      description: 'Time is up: the copy is used as soon as the datastore is out of reach.',
      on: superseded,
      always: { guard: 'isOutOfReach', target: 'loading' },
    },
    loading: {
      description: 'Reading the copy.',
      exit: 'retireLocalRequest',
      invoke: { src: 'loadMirror', id: 'loadMirror', input: ({ context }) => ({ request: context.localRequest }) },
      on: {
        ...superseded,
        'mirror.loaded': [
          { guard: 'isUsable', target: 'offering' },
          { guard: 'isNotEmpty', target: 'overdue', description: 'The datastore has answered meanwhile.' },
          { guard: 'isLocalCurrent', target: 'over', description: 'An empty copy says nothing.' },
        ],
        'mirror.failed': {
          guard: 'isLocalCurrent',
          target: 'over',
          actions: [{ type: 'reportMirror', params: ({ event }) => ({ error: event.error }) }],
        },
      },
    },
    offering: {
      description: 'Telling the controller what the copy has.',
      exit: 'retireLocalRequest',
      invoke: { src: 'pushLocal', id: 'pushLocal', input: ({ context }) => ({ request: context.localRequest }) },
      on: {
        ...superseded,
        'local.accepted': { guard: 'isLocalCurrent', target: 'used' },
        'local.refused': { guard: 'isLocalCurrent', target: 'resting', actions: 'recordLocalRefusal' },
      },
    },
    resting: {
      description: 'The controller had no room; pausing before the copy is looked at again.',
      on: superseded,
      after: { localRetry: { target: 'overdue' } },
    },
    used: {
      description: 'What the controller knows comes from the copy, until the datastore has been told.',
      tags: ['localFallback'],
      on: superseded,
    },
    over: { description: 'The copy is not used any more: at most once, and never after the datastore.' },
  },
});

const remote = connection.createStateConfig({
  description: 'What is known of the datastore, and what of it has been told.',
  initial: 'noRemote',
  states: {
    noRemote: {
      id: 'noRemote',
      description: 'No answer yet.',
      tags: ['noRemote'],
      on: { 'remote.answered': { target: 'connecting' } },
    },
    connecting: {
      description: 'It answers; not everything has been read.',
      tags: ['connecting'],
      on: { 'remote.interrupted': { target: 'noRemote' }, 'list.taken': { target: 'resyncing' } },
    },
    resyncing: {
      id: 'resyncing',
      description: 'Everything has been read, and is to be told. What changes meanwhile is a part of it.',
      tags: ['resyncing'],
      meta: { spec: ['EH38', 'EH40'] },
      initial: 'choosing',
      on: { 'remote.interrupted': { target: 'lost' }, 'remote.lapsed': { target: 'lost.lapsed' } },
      states: {
        choosing: {
          description: 'At once, or after a pause: has the controller refused before?',
          always: [{ guard: 'wasRefused', target: 'waiting' }, { target: 'pushing' }],
        },
        pushing: {
          description: 'Telling everything, as it is now.',
          exit: 'retireRequest',
          invoke: { src: 'pushResync', id: 'pushResync', input: ({ context }) => ({ request: context.request }) },
          on: {
            'resync.accepted': { guard: 'isCurrent', target: '#inSync' },
            'resync.refused': { guard: 'isCurrent', target: 'waiting', actions: 'recordRefusal' },
          },
        },
        waiting: {
          description: 'The controller had no room; pausing before everything is told.',
          after: { resyncRetry: { target: 'pushing' } },
        },
      },
    },
    inSync: {
      id: 'inSync',
      description: 'Everything has been told, and every change since.',
      tags: ['inSync'],
      meta: { spec: ['EH36', 'EH38'] },
      initial: 'following',
      exit: 'retireRequest',
      invoke: { src: 'tellChanges', id: 'tellChanges', input: ({ context }) => ({ request: context.request }) },
      on: {
        'changes.refused': {
          guard: 'isCurrent',
          target: 'resyncing',
          actions: 'recordRefusal',
          description: 'What was not told is a part of the next resync.',
        },
        'list.taken': {
          guard: 'bringsNews',
          target: 'resyncing',
          description: 'A list that differs from what was followed: something was lost where nobody could notice.',
        },
        'remote.lapsed': { target: 'lost.lapsed' },
        resync: { target: 'resyncing' },
      },
      after: { healthyPeriod: { actions: 'forgetRefusals' } },
      states: {
        following: {
          description: 'Telling changes as they come.',
          on: { 'remote.interrupted': [{ guard: 'toleratesSilence', target: 'silent' }, { target: '#lost' }] },
        },
        silent: {
          description: 'Nothing is heard. When it is over soon, what has changed meanwhile is told as changes.',
          on: { 'remote.followed': { target: 'following' } },
          after: { toleratedSilence: { target: '#lost' } },
        },
      },
    },
    lost: {
      id: 'lost',
      description: 'The connection is lost: nothing is told until everything is.',
      tags: ['lost'],
      meta: { spec: ['EH37', 'EH40'] },
      initial: 'interrupted',
      on: { 'list.taken': { target: 'resyncing' } },
      states: {
        interrupted: {
          description: 'What was read stands, and can be followed from where it is.',
          on: { 'remote.followed': { target: '#resyncing' }, 'remote.lapsed': { target: 'lapsed' } },
        },
        lapsed: { description: 'What was read cannot be followed: only a complete list can be told.' },
      },
    },
  },
});

/** Tells a controller what a datastore holds, from wherever it can be had. */
export const datastoreConnectionMachine: Chart<DatastoreConnectionShape> = connection.createMachine({
  id: 'datastoreConnection',
  description: 'Tells a controller what a datastore holds, from wherever it can be had.',
  context: ({ input }) => ({ ...input, request: 0, localRequest: 0, refusals: 0, localRefusals: 0 }),
  initial: 'idle',
  states: {
    idle: {
      description: 'Not started.',
      on: { start: { target: 'running' }, stop: { target: 'stopped' } },
    },
    running: {
      description: 'Started, and not stopped.',
      type: 'parallel',
      on: { stop: { target: 'stopped' }, 'controller.closed': { target: 'stopped', actions: 'reportClosed' } },
      states: { remote, local },
    },
    stopped: { type: 'final', description: 'Nothing is told any more.' },
  },
});
