/**
 * The event loop: one event at a time, from the first DBResync to the Shutdown, with healing after what has failed (Contiv controller,
 * EventLoop).
 *
 * The chart counts the events that wait and decides when one is taken; the queues hold them. What becomes of one event is the
 * transaction's to decide (transaction.machine.ts).
 */
import { assign, fromCallback, setup } from 'xstate';
import { notProvided, type Chart, type SpecRefs } from './chart-words.js';
import type {
  EscalateInput,
  EventLoopContext,
  EventLoopEvent,
  EventLoopInput,
  EventLoopShape,
  ProcessInput,
} from './event-loop.types.js';

type Facts = { readonly context: EventLoopContext; readonly event: EventLoopEvent };

/** Whether `event` is a fact of the effect that is under way. */
function isCurrent({ context, event }: Facts): boolean {
  return 'request' in event && event.request === context.request;
}

function wasNotHealed(facts: Facts): boolean {
  const { event } = facts;
  return isCurrent(facts) && event.type === 'event.processed' && event.kind === 'healing' && event.needsHealing;
}

const eventLoop = setup({
  types: {
    context: {} as EventLoopContext,
    events: {} as EventLoopEvent,
    input: {} as EventLoopInput,
    meta: {} as SpecRefs,
  },
  actors: {
    process: fromCallback<{ type: 'none' }, ProcessInput>(notProvided('process')),
    escalate: fromCallback<{ type: 'none' }, EscalateInput>(notProvided('escalate')),
  },
  guards: {
    isCurrent,
    isDBResync: ({ event }) => event.type === 'event.accepted' && event.kind === 'dbResync',
    isShutdown: ({ event }) => event.type === 'event.accepted' && event.kind === 'shutdown',
    isShuttingDown: ({ context }) => context.isShuttingDown,
    wasFatal: (facts) => isCurrent(facts) && facts.event.type === 'event.processed' && facts.event.outcome === 'fatal',
    wasShutdown: (facts) => isCurrent(facts) && facts.event.type === 'event.processed' && facts.event.kind === 'shutdown',
    wasLastHealing: (facts) => wasNotHealed(facts) && facts.context.failedHealings + 1 >= facts.context.healingAttempts,
    hasWaiting: (facts) => isCurrent(facts) && facts.context.waiting > 0,
    isVerdictAbort: (facts) => isCurrent(facts) && facts.event.type === 'escalation.decided' && facts.event.verdict === 'abort',
    needsHealing: (facts) => isCurrent(facts) && facts.event.type === 'event.processed' && facts.event.needsHealing,
    wasHealed: (facts) =>
      isCurrent(facts) && facts.event.type === 'event.processed' && facts.event.kind === 'healing' && !facts.event.needsHealing,
    wasNotHealed,
    wasPeriodicHealing: (facts) =>
      isCurrent(facts) && facts.event.type === 'event.processed' && facts.event.kind === 'periodicHealing',
  },
  actions: {
    pushHealing: notProvided('pushHealing'),
    pushPeriodicHealing: notProvided('pushPeriodicHealing'),
    abort: (_, _params: { readonly reason: 'fatal' | 'startupDeadline' | 'healingFailed' }) => notProvided('abort')(),
    refuse: notProvided('refuse'),
    stop: notProvided('stop'),
    countWaiting: assign({ waiting: ({ context }) => context.waiting + 1 }),
    takeNext: assign({ waiting: ({ context }) => context.waiting - 1, take: 'next' }),
    takeAccepted: assign({ take: 'next' }),
    takeStartupResync: assign({ take: 'startupResync' }),
    takeShutdown: assign({ take: 'shutdown' }),
    recordShutdown: assign({ isShuttingDown: true }),
    recordHealed: assign({ failedHealings: 0 }),
    recordFailedHealing: assign({ failedHealings: ({ context }) => context.failedHealings + 1 }),
    retireRequest: assign({ request: ({ context }) => context.request + 1 }),
  },
  delays: {
    startupDeadline: ({ context }) => context.startupDeadline,
    healingDelay: ({ context }) =>
      Math.min(context.maxHealingDelay, context.healingDelay * context.healingFactor ** context.failedHealings),
    periodicHealingInterval: ({ context }) => context.periodicHealingInterval,
    shutdownTimeout: ({ context }) => context.shutdownTimeout,
    escalationTimeout: ({ context }) => context.escalationTimeout,
  },
});

const countWaiting = { 'event.accepted': { actions: 'countWaiting' } } as const;

/** Takes events one at a time, heals what has failed, and answers everything that it has accepted. */
export const eventLoopMachine: Chart<EventLoopShape> = eventLoop.createMachine({
  id: 'eventLoop',
  description: 'Takes events one at a time, heals what has failed, and answers everything that it has accepted.',
  context: ({ input }) => ({ ...input, request: 0, take: 'next', waiting: 0, failedHealings: 0, isShuttingDown: false }),
  initial: 'awaitingStartupResync',
  states: {
    awaitingStartupResync: {
      description: 'Nothing is known yet: whatever comes before the first DBResync waits for it. A Shutdown does not.',
      meta: { spec: ['E2', 'E15', 'E18'] },
      on: {
        'event.accepted': [
          { guard: 'isDBResync', target: '#processing', actions: 'takeStartupResync' },
          { guard: 'isShutdown', target: ['#processing', '#shutdownRequested'], actions: ['takeShutdown', 'recordShutdown'] },
          { actions: 'countWaiting' },
        ],
      },
      after: {
        startupDeadline: {
          target: 'aborting',
          actions: { type: 'abort', params: { reason: 'startupDeadline' } },
        },
      },
    },
    running: {
      description: 'Events are processed.',
      type: 'parallel',
      states: {
        work: {
          description: 'One event at a time.',
          initial: 'idle',
          states: {
            idle: {
              description: 'Nothing waits.',
              meta: { spec: ['E1'] },
              on: { 'event.accepted': { target: 'processing', actions: 'takeAccepted' } },
            },
            processing: {
              id: 'processing',
              description: 'An event is being processed; the others wait.',
              meta: { spec: ['E1', 'E3', 'E13'] },
              exit: 'retireRequest',
              invoke: {
                src: 'process',
                id: 'process',
                input: ({ context }) => ({ request: context.request, take: context.take }),
              },
              on: {
                ...countWaiting,
                'event.processed': [
                  {
                    guard: 'wasFatal',
                    target: '#aborting',
                    actions: { type: 'abort', params: { reason: 'fatal' } },
                  },
                  { guard: 'wasShutdown', target: '#stopped' },
                  { guard: 'wasLastHealing', target: 'escalating' },
                  { guard: 'hasWaiting', target: 'processing', reenter: true, actions: 'takeNext' },
                  { guard: 'isCurrent', target: 'idle' },
                ],
              },
            },
            escalating: {
              description: 'Healing has failed as often as it may: somebody is asked whether to go on.',
              meta: { spec: ['EL3'] },
              exit: 'retireRequest',
              invoke: {
                src: 'escalate',
                id: 'escalate',
                input: ({ context }) => ({ request: context.request, attempts: context.failedHealings }),
              },
              on: {
                ...countWaiting,
                'escalation.decided': [
                  {
                    guard: 'isVerdictAbort',
                    target: '#aborting',
                    actions: { type: 'abort', params: { reason: 'healingFailed' } },
                  },
                  { guard: 'hasWaiting', target: 'processing', actions: 'takeNext' },
                  { guard: 'isCurrent', target: 'idle' },
                ],
              },
              after: {
                escalationTimeout: {
                  target: '#aborting',
                  actions: { type: 'abort', params: { reason: 'healingFailed' } },
                },
              },
            },
          },
        },
        healing: {
          description: 'Building everything anew after something has failed: at most one such resync is on its way.',
          meta: { spec: ['E11', 'EL3'] },
          initial: 'none',
          states: {
            none: {
              description: 'Nothing is to be healed.',
              on: { 'event.processed': { guard: 'needsHealing', target: 'scheduled' } },
            },
            scheduled: {
              description: 'Something has failed. It may put itself right before it is healed.',
              on: { 'failures.mended': { target: 'none', actions: 'recordHealed' } },
              after: { healingDelay: { target: 'pending', actions: 'pushHealing' } },
            },
            pending: {
              description: 'The healing waits, or is under way.',
              on: {
                'event.processed': [
                  { guard: 'wasHealed', target: 'none', actions: 'recordHealed' },
                  { guard: 'wasLastHealing', target: 'escalated', actions: 'recordFailedHealing' },
                  { guard: 'wasNotHealed', target: 'scheduled', actions: 'recordFailedHealing' },
                ],
              },
            },
            escalated: {
              description: 'The healing has failed as often as it may.',
              on: { 'escalation.decided': { guard: 'isCurrent', target: 'scheduled' } },
            },
          },
        },
        periodicHealing: {
          description: 'Comparing the southbound with what it should be, from time to time and when it has started anew.',
          meta: { spec: ['E11'] },
          initial: 'waiting',
          states: {
            waiting: {
              description: 'None is on its way.',
              on: { 'southbound.restored': { target: 'pending', actions: 'pushPeriodicHealing' } },
              after: { periodicHealingInterval: { target: 'pending', actions: 'pushPeriodicHealing' } },
            },
            pending: {
              description: 'One waits, or is under way.',
              on: {
                'event.processed': { guard: 'wasPeriodicHealing', target: 'waiting' },
                'southbound.restored': { target: 'owed' },
              },
            },
            owed: {
              description: 'One is on its way, and may have begun too early.',
              on: { 'event.processed': { guard: 'wasPeriodicHealing', target: 'pending', actions: 'pushPeriodicHealing' } },
            },
          },
        },
        shutdown: {
          description: 'A Shutdown waits its turn, and not for ever.',
          meta: { spec: ['E15'] },
          initial: 'none',
          states: {
            none: {
              description: 'None has been pushed.',
              on: { 'event.accepted': { guard: 'isShutdown', target: 'requested', actions: 'recordShutdown' } },
            },
            requested: {
              id: 'shutdownRequested',
              description: 'It has been accepted; nothing else is any more.',
              after: { shutdownTimeout: { target: '#stopped' } },
            },
          },
        },
      },
    },
    aborting: {
      id: 'aborting',
      description: 'Something fatal has happened: nothing is processed any more, and everything is answered.',
      meta: { spec: ['E10', 'E12', 'EL1'] },
      always: { guard: 'isShuttingDown', target: 'stopped', description: 'Whoever has pushed a Shutdown waits for the end.' },
      on: {
        'event.accepted': [{ guard: 'isShutdown', target: 'stopped' }, { actions: 'refuse' }],
      },
    },
    stopped: {
      id: 'stopped',
      type: 'final',
      description: 'The loop is over, and everything that was accepted is answered.',
      meta: { spec: ['E12', 'E15', 'EL1'] },
      entry: 'stop',
    },
  },
});
