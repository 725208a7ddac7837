/**
 * The one list/watch/retry chart (design decision D1): it keeps whatever its sink holds equal to one state of a datastore after
 * another, through everything that can happen to the requests.
 *
 * The chart decides; its effects (`list`, `watch`) and its sink (`replaceAll`, `commit`, ...) are provided by whoever runs it. Every
 * request has a number, and a fact with another number changes nothing. docs/SPEC.md has the properties that it upholds.
 */
import { assertEvent, assign, fromCallback, raise, setup } from 'xstate';
import type { KVPairList } from '../src/model/kv-pair.js';
import type { WatchEvent } from '../src/model/watch.js';
import { waitBeforeList, waitBeforeWatch } from '../src/policy/waits.js';
import { notProvided, type Chart, type SpecRefs } from './chart-words.js';
import * as decide from './reflector.decisions.js';
import type {
  ListCompleted,
  ListRequestInput,
  ReflectorContext,
  ReflectorEvent,
  ReflectorInput,
  ReflectorShape,
  ReflectorTag,
  WatchRequestInput,
} from './reflector.types.js';

const reflector = setup({
  types: {
    context: {} as ReflectorContext,
    events: {} as ReflectorEvent,
    input: {} as ReflectorInput,
    tags: {} as ReflectorTag,
    meta: {} as SpecRefs,
  },
  actors: {
    list: fromCallback<{ type: 'none' }, ListRequestInput>(notProvided('list')),
    watch: fromCallback<{ type: 'none' }, WatchRequestInput>(notProvided('watch')),
  },
  guards: {
    isCurrent: ({ context, event }) => decide.isCurrent(context, event),
    hasRevision: ({ context, event }) =>
      decide.isCurrent(context, event) && event.type === 'list.completed' && event.revision !== undefined,
    isOfNoUse: ({ context, event }) => decide.failedAs(context, event, ['compacted', 'tooNew', 'stale']),
    isFirstMissing: ({ context, event }) => decide.isFirstMissingAnswer(context, event),
    isMissing: ({ context, event }) => decide.failedAs(context, event, ['missing']),
    isCompacted: ({ context, event }) => decide.failedAs(context, event, ['compacted', 'tooNew']),
    isUnsupported: ({ context, event }) => decide.failedAs(context, event, ['unsupported']),
    isUnwatchable: ({ context, event }) => decide.failedAs(context, event, ['unsupported', 'missing']),
    isLastErrorAtRevision: ({ context, event }) => decide.isLastErrorAtRevision(context, event),
    isLastEmptyWatch: ({ context, event }) => decide.isLastEmptyWatch(context, event),
    isContact: ({ context, event }) => decide.isContact(context, event),
    isMiss: ({ context, event }) => decide.isCurrent(context, event) && !decide.isContact(context, event),
    canStreamLists: ({ context }) => context.streamsLists,
    isRedelivering: ({ context, event }) => decide.isCurrent(context, event) && context.redeliverInterval > 0,
  },
  actions: {
    replaceAll: (_, _params: { readonly list: KVPairList }) => notProvided('replaceAll')(),
    commit: (_, _params: { readonly events: readonly WatchEvent[] }) => notProvided('commit')(),
    removeAll: notProvided('removeAll'),
    redeliver: notProvided('redeliver'),
    reportDisconnected: notProvided('reportDisconnected'),
    reportFailedList: notProvided('reportFailedList'),
    reportReconnected: notProvided('reportReconnected'),
    beginAttempt: assign({ spent: 0, retryAfter: 0 }),
    retireRequest: assign({ request: ({ context }) => context.request + 1 }),
    recordList: assign(({ context, event }) => {
      assertEvent(event, 'list.completed');
      return decide.afterList(context, event);
    }),
    recordListFailure: assign(({ context, event }) => {
      assertEvent(event, ['list.failed', 'watch.ended']);
      return decide.afterFailedList(context, event);
    }),
    recordListTimeout: assign(({ context }) => ({ listFailures: context.listFailures + 1, spent: context.timings.requestTimeout })),
    recordBatch: assign(({ event }) => {
      assertEvent(event, 'watch.received');
      return decide.afterBatch(event);
    }),
    recordWatchEnd: assign(({ context, event }) => {
      assertEvent(event, 'watch.ended');
      return decide.afterWatch(context, event);
    }),
    recordWatchTimeout: assign(({ context }) => ({
      watchFailures: context.watchFailures + 1,
      spent: context.timings.requestTimeout,
    })),
    recordAuditFailure: assign(({ context, event }) => {
      assertEvent(event, 'list.failed');
      return decide.afterFailedAudit(context, event);
    }),
    recordAuditTimeout: assign({ spent: ({ context }) => context.timings.requestTimeout }),
    forgetFloor: assign({ floor: undefined }),
    forgetErrors: assign({ errorsAtRevision: 0, emptyWatches: 0 }),
    forgetWatchFailures: assign({ watchFailures: 0 }),
    stopStreamingLists: assign({ streamsLists: false }),
    missContact: raise({ type: 'contact.missed' }),
    giveUpLink: raise({ type: 'link.lost' }),
  },
  delays: {
    listRetry: ({ context }) => waitBeforeList(context),
    watchRetry: ({ context }) => waitBeforeWatch(context),
    watchPollInterval: ({ context }) => context.timings.watchPollInterval,
    missingApiRetryInterval: ({ context }) => context.timings.missingApiRetryInterval,
    requestTimeout: ({ context }) => context.timings.requestTimeout,
    listLimit: ({ context }) => context.timings.listLimit,
    idleLimit: ({ context }) => context.timings.idleLimit,
    healthyPeriod: ({ context }) => context.timings.healthyPeriod,
    auditInterval: ({ context }) => context.timings.auditInterval || Infinity,
    watchRetryTimeout: ({ context }) => context.timings.watchRetryTimeout,
    redeliverInterval: ({ context }) => context.redeliverInterval,
  },
});

/** The list is complete: the sink takes it, and only then the revision moves. */
const takeList = [
  { type: 'replaceAll', params: ({ event }: { readonly event: ListCompleted }) => ({ list: event.list }) },
  'recordList',
] as const;

/** Reading everything failed: before or after there was something to show, the same reasons lead the same way. */
const afterFailedList = [
  {
    guard: 'isOfNoUse',
    target: '#listing.waiting',
    actions: ['recordListFailure', 'forgetFloor'],
    description: 'Our revision is of no use there: ask for the latest.',
  },
  {
    guard: 'isFirstMissing',
    target: '#listing.waiting',
    actions: 'recordListFailure',
    description: 'One answer is not enough to delete everything: ask again.',
  },
  {
    guard: 'isMissing',
    target: '#polling.missing',
    actions: ['recordListFailure', 'removeAll'],
    description: 'Without its API the kind has no objects.',
  },
] as const;

/** Waiting will not help, so nobody is left to wait without a word. */
const listUnsupported = {
  guard: 'isUnsupported',
  target: '#listing.waiting',
  actions: ['recordListFailure', 'reportFailedList'],
  description: 'This datastore cannot list this at all.',
} as const;

/** The watch is over: resume, list, or poll. */
const afterEndedWatch = [
  {
    guard: 'isCompacted',
    target: '#watching.lapsed',
    actions: ['recordWatchEnd', 'forgetErrors'],
    description: 'The history at our revision is gone.',
  },
  {
    guard: 'isUnwatchable',
    target: '#polling.waiting',
    actions: 'recordWatchEnd',
    description: 'There is no watch: list from time to time.',
  },
  {
    guard: 'isLastErrorAtRevision',
    target: '#watching.lapsed',
    actions: ['recordWatchEnd', 'forgetErrors'],
    description: 'So many errors without progress: the revision may be the reason.',
  },
] as const;

/** Only of a watch that was accepted, and did not begin with the list, can it be said. */
const closedAtOnce = {
  guard: 'isLastEmptyWatch',
  target: '#polling.waiting',
  actions: ['recordWatchEnd', 'forgetErrors'],
  description: 'A watch that is accepted and closed at once, again and again, is none.',
} as const;

const resume = { guard: 'isCurrent', target: '#watching.waiting', actions: 'recordWatchEnd' } as const;

/** Following, whether the stream began with the list or after it. */
const following = reflector.createStateConfig({
  description: 'Committing batches as they come; every one of them, bookmarks too, is a sign of life.',
  tags: ['inSync'],
  meta: { spec: ['R1', 'R3', 'R5', 'R8', 'RL3'] },
  on: {
    'watch.received': {
      guard: 'isCurrent',
      target: 'following',
      reenter: true, // a sign of life starts the idle limit anew
      actions: [{ type: 'commit', params: ({ event }) => ({ events: event.events }) }, 'recordBatch'],
    },
    'watch.ended': [...afterEndedWatch, resume],
  },
  after: {
    healthyPeriod: { actions: 'forgetWatchFailures' },
    idleLimit: { target: '#watching.waiting', actions: ['recordWatchTimeout', 'missContact'] },
  },
});

/** What proves that the datastore is there. */
const answers = {
  'list.progressed': { guard: 'isCurrent', target: 'connected' },
  'list.completed': { guard: 'isCurrent', target: 'connected' },
  'list.failed': { guard: 'isContact', target: 'connected' },
  'watch.opened': { guard: 'isCurrent', target: 'connected' }, // which comes before everything that a watch brings
  'watch.ended': { guard: 'isContact', target: 'connected' },
} as const;

/** Keeps one sink equal to one state of a datastore after another. */
export const reflectorMachine: Chart<ReflectorShape> = reflector.createMachine({
  id: 'reflector',
  description: 'Keeps one sink equal to one state of a datastore after another.',
  context: ({ input }) => decide.initialContext(input),
  initial: 'idle',
  states: {
    idle: {
      description: 'Not started.',
      on: { start: { target: 'running' }, stop: { target: 'stopped' } },
    },
    running: {
      description: 'Started, and not stopped.',
      type: 'parallel',
      on: { stop: { target: 'stopped' } },
      states: {
        mirror: {
          description: 'What we have of the datastore, and how we come to have more.',
          initial: 'listing',
          states: {
            listing: {
              id: 'listing',
              description: 'What we have, if anything, cannot be brought up to date by watching: reading everything.',
              meta: { spec: ['R10', 'R11', 'R13', 'S1'] },
              initial: 'choosing',
              states: {
                choosing: {
                  description: 'Taking the way to read everything: as a stream, or page by page.',
                  always: [{ guard: 'canStreamLists', target: '#streamed' }, { target: 'requesting' }],
                },
                requesting: {
                  description: 'Reading page by page; nothing is committed before the last one.',
                  tags: ['listing'],
                  entry: 'beginAttempt',
                  exit: 'retireRequest',
                  invoke: { src: 'list', id: 'list', input: ({ context }) => decide.listInput(context) },
                  initial: 'receiving',
                  states: {
                    receiving: {
                      description: 'The list is arriving; every page of it starts the wait anew.',
                      on: { 'list.progressed': { guard: 'isCurrent', target: 'receiving', reenter: true } },
                      after: { requestTimeout: { target: '#listing.waiting', actions: ['recordListTimeout', 'missContact'] } },
                    },
                  },
                  after: { listLimit: { target: '#listing.waiting', actions: 'recordListTimeout' } },
                  on: {
                    'list.completed': [
                      {
                        guard: 'hasRevision',
                        target: '#watching',
                        actions: takeList,
                      },
                      {
                        guard: 'isCurrent',
                        target: '#polling',
                        actions: takeList,
                        description: 'Without a revision there is nothing to watch from.',
                      },
                    ],
                    'list.failed': [
                      listUnsupported,
                      ...afterFailedList,
                      { guard: 'isCurrent', target: '#listing.waiting', actions: 'recordListFailure' },
                    ],
                  },
                },
                waiting: {
                  description: 'Pausing before the next list.',
                  after: { listRetry: { target: 'choosing' } },
                },
              },
            },
            streamed: {
              id: 'streamed',
              description: 'One stream that begins with the list and goes on with the changes.',
              meta: { spec: ['R11', 'R13', 'S1'] },
              entry: 'beginAttempt',
              exit: 'retireRequest',
              invoke: { src: 'watch', id: 'watch', input: ({ context }) => ({ ...decide.listInput(context), initialList: true }) },
              initial: 'filling',
              states: {
                filling: {
                  description: 'The list is arriving; nothing is committed before its end.',
                  tags: ['listing'],
                  initial: 'receiving',
                  states: {
                    receiving: {
                      description: 'The list is arriving; every part of it starts the wait anew.',
                      on: {
                        'watch.opened': { guard: 'isCurrent', target: 'receiving', reenter: true },
                        'list.progressed': { guard: 'isCurrent', target: 'receiving', reenter: true },
                      },
                      after: {
                        requestTimeout: {
                          target: '#listing.waiting',
                          actions: ['recordListTimeout', 'stopStreamingLists', 'missContact'],
                        },
                      },
                    },
                  },
                  on: {
                    'list.completed': {
                      guard: 'isCurrent',
                      target: 'synced',
                      actions: [...takeList, 'beginAttempt'],
                      description: 'The stream goes on: its whole time counts when it ends, and once.',
                    },
                    'watch.ended': [
                      {
                        guard: 'isUnsupported',
                        target: '#listing',
                        actions: 'stopStreamingLists',
                        description: 'Lists are not to be had as streams here: read pages.',
                      },
                      ...afterFailedList,
                      { guard: 'isCurrent', target: '#listing.waiting', actions: 'recordListFailure' },
                    ],
                  },
                  after: {
                    listLimit: {
                      target: '#listing.waiting',
                      actions: ['recordListTimeout', 'stopStreamingLists'],
                      description: 'A stream that does not say where its list ends.',
                    },
                  },
                },
                synced: {
                  description: 'The list is committed, and the stream goes on.',
                  initial: 'following',
                  states: { following },
                  after: { auditInterval: { target: '#auditing' } },
                },
              },
            },
            watching: {
              id: 'watching',
              description: 'Everything up to `revision` is committed; following what comes after it.',
              tags: ['inSync'],
              meta: { spec: ['R7', 'R14', 'S4'] },
              initial: 'streaming',
              states: {
                streaming: {
                  description: 'A watch is open, or asked for.',
                  exit: 'retireRequest',
                  invoke: {
                    src: 'watch',
                    id: 'watch',
                    input: ({ context }) => ({ ...decide.listInput(context), initialList: false }),
                  },
                  initial: 'opening',
                  states: {
                    opening: {
                      description: 'Asked; not answered yet.',
                      on: {
                        'watch.opened': { guard: 'isCurrent', target: 'following' },
                        'watch.ended': [...afterEndedWatch, resume],
                      },
                      after: { requestTimeout: { target: '#watching.waiting', actions: ['recordWatchTimeout', 'missContact'] } },
                    },
                    following: { ...following, on: { ...following.on, 'watch.ended': [...afterEndedWatch, closedAtOnce, resume] } },
                  },
                },
                waiting: {
                  description: 'Pausing before the watch is opened again. A broken watch is not yet a regress.',
                  meta: { spec: ['R20'] },
                  after: { watchRetry: { target: 'resuming' } },
                },
                lapsed: {
                  description: 'Our revision cannot be followed any more; pausing before the list.',
                  after: { watchRetry: { target: '#listing' } },
                },
                resuming: {
                  description: 'A new attempt.',
                  entry: 'beginAttempt',
                  always: { target: 'streaming' },
                },
              },
              after: { auditInterval: { target: '#auditing' } },
              on: { 'link.lost': { target: '#listing.waiting' } },
            },
            auditing: {
              id: 'auditing',
              description: 'Comparing with a complete list, in case an event was lost where nobody could notice.',
              tags: ['inSync'],
              meta: { spec: ['R5', 'R20'] },
              initial: 'pausing',
              states: {
                pausing: {
                  description: 'An audit is due; pausing as before every attempt.',
                  after: { watchRetry: { target: 'requesting' } },
                },
                requesting: {
                  description: 'Asked for the list; what we have stands until it is complete.',
                  entry: 'beginAttempt',
                  exit: 'retireRequest',
                  invoke: { src: 'list', id: 'list', input: ({ context }) => decide.listInput(context) },
                  initial: 'receiving',
                  states: {
                    receiving: {
                      description: 'The list is arriving; every page of it starts the wait anew.',
                      on: { 'list.progressed': { guard: 'isCurrent', target: 'receiving', reenter: true } },
                      after: { requestTimeout: { target: '#watching.waiting', actions: 'recordAuditTimeout' } },
                    },
                  },
                  after: { listLimit: { target: '#watching.waiting', actions: 'recordAuditTimeout' } },
                  on: {
                    'list.completed': [
                      { guard: 'hasRevision', target: '#watching', actions: takeList },
                      {
                        guard: 'isCurrent',
                        target: '#watching',
                        description: 'Of no known moment: to take it and go on from our revision would be to go back.',
                      },
                    ],
                    'list.failed': {
                      guard: 'isCurrent',
                      target: '#watching.waiting',
                      actions: 'recordAuditFailure',
                      description: 'Nothing is lost by asking.',
                    },
                  },
                },
              },
              on: { 'link.lost': { target: '#listing.waiting' } },
            },
            polling: {
              id: 'polling',
              description: 'There is no watch: what was listed stands until the next list.',
              tags: ['inSync'],
              meta: { spec: ['S11'] },
              initial: 'waiting',
              states: {
                waiting: {
                  description: 'There is a list, but no watch.',
                  after: { watchPollInterval: { target: 'requesting' } },
                },
                missing: {
                  description: 'There is not even a list: the API is not installed.',
                  after: { missingApiRetryInterval: { target: 'requesting' } },
                },
                retrying: {
                  description: 'A list failed; one failure does not make what we have wrong.',
                  after: { listRetry: { target: 'requesting' } },
                },
                requesting: {
                  description: 'Asked for the list; what we have stands until it is complete.',
                  entry: 'beginAttempt',
                  exit: 'retireRequest',
                  invoke: { src: 'list', id: 'list', input: ({ context }) => decide.listInput(context) },
                  initial: 'receiving',
                  states: {
                    receiving: {
                      description: 'The list is arriving; every page of it starts the wait anew.',
                      on: { 'list.progressed': { guard: 'isCurrent', target: 'receiving', reenter: true } },
                      after: { requestTimeout: { target: '#polling.retrying', actions: ['recordListTimeout', 'missContact'] } },
                    },
                  },
                  after: { listLimit: { target: '#polling.retrying', actions: 'recordListTimeout' } },
                  on: {
                    'list.completed': [
                      {
                        guard: 'hasRevision',
                        target: '#watching',
                        actions: takeList,
                        description: 'Perhaps there is a watch now.',
                      },
                      {
                        guard: 'isCurrent',
                        target: 'waiting',
                        actions: takeList,
                      },
                    ],
                    'list.failed': [
                      listUnsupported,
                      ...afterFailedList,
                      { guard: 'isCurrent', target: 'retrying', actions: 'recordListFailure' },
                    ],
                  },
                },
              },
              on: { 'link.lost': { target: '#listing.waiting' } },
            },
          },
        },
        link: {
          description: 'Whether the datastore can be reached.',
          meta: { spec: ['RL3'] },
          initial: 'neverConnected',
          states: {
            neverConnected: {
              description: 'No answer since the start.',
              tags: ['neverConnected'],
              on: answers,
              after: { watchRetryTimeout: { target: 'disconnected' } },
            },
            connected: {
              description: 'The last thing heard was an answer.',
              tags: ['connected'],
              on: {
                'list.failed': { guard: 'isMiss', target: 'silent' },
                'watch.ended': { guard: 'isMiss', target: 'silent' },
                'contact.missed': { target: 'silent' },
              },
            },
            silent: {
              description: 'The last thing heard was a failure, or nothing for too long.',
              tags: ['silent'],
              on: answers,
              after: { watchRetryTimeout: { target: 'disconnected' } },
            },
            disconnected: {
              description: 'No answer for so long that what we show may be history.',
              tags: ['disconnected'],
              entry: ['giveUpLink', 'reportDisconnected'],
              on: { ...answers, 'list.failed': [answers['list.failed'], { guard: 'isMiss', actions: 'reportFailedList' }] },
              exit: 'reportReconnected',
            },
          },
        },
        redelivery: {
          description: 'Hands everything to the sink again from time to time, without asking the datastore.',
          initial: 'off',
          states: {
            off: {
              description: 'Nothing to redeliver yet, or not wanted.',
              on: { 'list.completed': { guard: 'isRedelivering', target: 'armed' } },
            },
            armed: {
              description: 'Counting down to the next redelivery.',
              after: { redeliverInterval: { target: 'armed', reenter: true, actions: 'redeliver' } },
            },
          },
        },
      },
    },
    stopped: { type: 'final', description: 'Nothing will happen any more.' },
  },
});
