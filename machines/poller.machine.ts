/**
 * The poller: fetches everything, waits, and fetches again, for kinds that cannot be watched (client-go, cache.Poller).
 *
 * The chart decides; its effect (`fetch`) and what becomes of an answer (`replaceAll`, `reportFailure`, `reportTimeout`) are provided by
 * whoever runs it. Every request has a number, and a fact with another number changes nothing.
 */
import { assertEvent, assign, fromCallback, setup, type CallbackActorLogic } from 'xstate';
import type { Failure } from '../src/model/failure.js';
import { retryAfterOf } from '../src/policy/failure.js';
import { notProvided, type Chart, type SpecRefs } from './chart-words.js';

/** What a poller is set up with. Times are in milliseconds. */
export interface PollerInput {
  /** From the end of a fetch to the beginning of the next one. */
  readonly period: number;
  /** A fetch that has not answered by then is given up. Infinity: never. */
  readonly requestTimeout: number;
}

/** What its decisions read. */
export interface PollerContext extends PollerInput {
  /** The number of the fetch under way, or of the next one. A fact with another number is late and changes nothing. */
  readonly request: number;
  /** What the last fetch was asked to wait, in milliseconds. */
  readonly retryAfter: number;
}

/** Everything there is. */
export interface FetchCompleted {
  readonly type: 'fetch.completed';
  readonly request: number;
  readonly objects: readonly unknown[];
}

/** There was no answer, or none that could be read. */
export interface FetchFailed {
  readonly type: 'fetch.failed';
  readonly request: number;
  readonly failure: Failure;
}

/** A fact about a fetch. */
export type PollerFact = FetchCompleted | FetchFailed;

/** Commands and facts of the poller chart. */
export type PollerEvent = { readonly type: 'start' } | { readonly type: 'stop' } | PollerFact;

/** What the fetch effect is asked. */
export interface FetchInput {
  readonly request: number;
}

/** The effect of the poller: reports one fact to the chart, and stops what it does when its state is left. */
export type FetchLogic = CallbackActorLogic<{ type: 'none' }, FetchInput>;

/** The shape of the poller chart. */
export interface PollerShape {
  readonly context: PollerContext;
  readonly event: PollerEvent;
  readonly actors: { readonly fetch: FetchLogic };
  readonly actions: {
    /** The store holds exactly these from now on. */
    readonly replaceAll: { readonly objects: readonly unknown[] };
    readonly reportFailure: { readonly failure: Failure };
    readonly reportTimeout: unknown;
    readonly beginAttempt: unknown;
    readonly recordFailure: unknown;
    readonly retireRequest: unknown;
  };
  readonly guards: 'isCurrent';
  readonly delays: 'period' | 'requestTimeout';
  readonly value: 'idle' | 'fetching' | 'waiting' | 'stopped';
  readonly tag: string;
  readonly input: PollerInput;
}

const poller = setup({
  types: {
    context: {} as PollerContext,
    events: {} as PollerEvent,
    input: {} as PollerInput,
    meta: {} as SpecRefs,
  },
  actors: {
    fetch: fromCallback<{ type: 'none' }, FetchInput>(notProvided('fetch')),
  },
  guards: {
    isCurrent: ({ context, event }) => 'request' in event && event.request === context.request,
  },
  actions: {
    replaceAll: (_, _params: { readonly objects: readonly unknown[] }) => notProvided('replaceAll')(),
    reportFailure: (_, _params: { readonly failure: Failure }) => notProvided('reportFailure')(),
    reportTimeout: notProvided('reportTimeout'),
    beginAttempt: assign({ retryAfter: 0 }),
    recordFailure: assign(({ event }) => {
      assertEvent(event, 'fetch.failed');
      return { retryAfter: retryAfterOf(event.failure) };
    }),
    retireRequest: assign({ request: ({ context }) => context.request + 1 }),
  },
  delays: {
    period: ({ context }) => Math.max(context.period, context.retryAfter),
    requestTimeout: ({ context }) => context.requestTimeout,
  },
});

/** Fetches everything, waits, and fetches again until it is stopped. */
export const pollerMachine: Chart<PollerShape> = poller.createMachine({
  id: 'poller',
  description: 'Fetches everything, waits, and fetches again until it is stopped.',
  context: ({ input }) => ({ ...input, request: 0, retryAfter: 0 }),
  initial: 'idle',
  states: {
    idle: {
      description: 'Not started.',
      on: { start: { target: 'fetching' }, stop: { target: 'stopped' } },
    },
    fetching: {
      description: 'Asking for everything; the store keeps what it has until the answer is whole.',
      meta: { spec: ['PO1', 'PO2', 'PO3'] },
      entry: 'beginAttempt',
      exit: 'retireRequest',
      invoke: { src: 'fetch', id: 'fetch', input: ({ context }) => ({ request: context.request }) },
      on: {
        'fetch.completed': {
          guard: 'isCurrent',
          target: 'waiting',
          actions: [{ type: 'replaceAll', params: ({ event }) => ({ objects: event.objects }) }],
        },
        'fetch.failed': {
          guard: 'isCurrent',
          target: 'waiting',
          actions: ['recordFailure', { type: 'reportFailure', params: ({ event }) => ({ failure: event.failure }) }],
        },
        stop: { target: 'stopped' },
      },
      after: {
        requestTimeout: {
          target: 'waiting',
          actions: 'reportTimeout',
          description: 'Whatever it answers after this is of no interest.',
        },
      },
    },
    waiting: {
      description: 'Pausing before the next fetch, for longer where that was asked for.',
      meta: { spec: ['PO3'] },
      on: { stop: { target: 'stopped' } },
      after: { period: { target: 'fetching' } },
    },
    stopped: { type: 'final', description: 'Nothing is fetched any more.', meta: { spec: ['PO5'] } },
  },
});
