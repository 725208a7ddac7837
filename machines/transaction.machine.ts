/**
 * The transaction: how one event flows through the handlers into the southbound (Contiv controller, processEvent).
 *
 * The chart decides: who is called next, what a failure means, whether to commit, what to revert. Its effects call handlers, merge and
 * commit, and report facts. A stretch of handlers that come to a good end is one fact: what has to be decided is what follows a failure.
 */
import { assertEvent, assign, fromCallback, setup } from 'xstate';
import { notProvided, type Chart, type SpecRefs } from './chart-words.js';
import type {
  HandlersRequest,
  TransactionContext,
  TransactionEvent,
  TransactionInput,
  TransactionRequest,
  TransactionShape,
} from './transaction.types.js';

type Facts = { readonly context: TransactionContext; readonly event: TransactionEvent };

/** Whether `event` is a fact of the effect that is under way. */
function isCurrent({ context, event }: Facts): boolean {
  return 'request' in event && event.request === context.request;
}

/** Whether a handler has just failed, and how. */
function failedAs(facts: Facts, severity: string): boolean {
  return isCurrent(facts) && facts.event.type === 'handler.failed' && facts.event.severity === severity;
}

const transaction = setup({
  types: {
    context: {} as TransactionContext,
    events: {} as TransactionEvent,
    input: {} as TransactionInput,
    meta: {} as SpecRefs,
  },
  actors: {
    select: fromCallback<{ type: 'none' }, TransactionRequest>(notProvided('select')),
    handle: fromCallback<{ type: 'none' }, HandlersRequest>(notProvided('handle')),
    merge: fromCallback<{ type: 'none' }, TransactionRequest>(notProvided('merge')),
    commit: fromCallback<{ type: 'none' }, TransactionRequest>(notProvided('commit')),
    revert: fromCallback<{ type: 'none' }, HandlersRequest>(notProvided('revert')),
  },
  guards: {
    isCurrent,
    isFatal: (facts) => failedAs(facts, 'fatal'),
    isTakenBack: (facts) => isCurrent(facts) && facts.context.revertOnFailure,
    isAbort: (facts) => failedAs(facts, 'abort'),
    isLastHandler: (facts) =>
      isCurrent(facts) && facts.event.type === 'handler.failed' && facts.event.position + 1 >= facts.context.selected,
    isLastRevert: (facts) => isCurrent(facts) && facts.event.type === 'handler.failed' && facts.event.position === 0,
    mustTakeBack: ({ context }) => context.revertOnFailure,
    hasNoMoreHandlers: ({ context }) => context.position + 1 >= context.selected,
    hasNoMoreReverts: ({ context }) => context.position <= 1,
    mustTakeBackMerge: (facts) =>
      isCurrent(facts) && facts.context.revertOnFailure && facts.event.type === 'merge.completed' && facts.event.hasFailed,
    mustCommit: (facts) =>
      isCurrent(facts) && facts.event.type === 'merge.completed' && (facts.context.commitsEmpty || !facts.event.isEmpty),
    wasTakenBack: (facts) =>
      isCurrent(facts) &&
      facts.context.revertOnFailure &&
      facts.event.type === 'commit.completed' &&
      !['applied', 'partlyApplied'].includes(facts.event.verdict),
    hasReverts: ({ context }) => context.position > 0,
    hasFailed: ({ context }) => context.hasFailed,
  },
  actions: {
    reportTimeout: notProvided('reportTimeout'),
    reportCommitTimeout: notProvided('reportCommitTimeout'),
    recordSelection: assign(({ event }) => {
      assertEvent(event, 'handlers.selected');
      return { selected: event.count };
    }),
    recordBegin: assign(({ event }) => {
      assertEvent(event, 'handler.begun');
      return { position: event.position };
    }),
    recordHandled: assign({ position: ({ context }) => context.selected }),
    recordFailure: assign(({ context, event }) => {
      assertEvent(event, 'handler.failed');
      const position = context.revertOnFailure ? event.position : event.position + 1;
      const isKept = event.severity === 'plain' && !context.revertOnFailure && context.healsFailures;
      return { hasFailed: true, position, needsHealing: context.needsHealing || isKept || event.severity === 'abort' };
    }),
    recordAbort: assign({ hasFailed: true, needsHealing: true }),
    recordTimeout: assign(({ context }) => ({
      hasFailed: true,
      position: context.revertOnFailure ? context.position : context.position + 1,
      // Nobody takes back what it may still do.
      needsHealing: context.needsHealing || context.healsFailures || context.revertOnFailure,
    })),
    recordMerge: assign(({ context, event }) => {
      assertEvent(event, 'merge.completed');
      return { hasFailed: context.hasFailed || event.hasFailed };
    }),
    recordVerdict: assign(({ context, event }) => {
      assertEvent(event, 'commit.completed');
      const { verdict, isExternalOnly } = event;
      const isBroken =
        verdict === 'revertFailed' ||
        (verdict === 'partlyApplied' && !isExternalOnly && context.healsFailures) ||
        (verdict === 'reverted' && !context.revertOnFailure) ||
        (verdict === 'refused' && !context.revertOnFailure);
      return { hasFailed: context.hasFailed || verdict !== 'applied', needsHealing: context.needsHealing || isBroken };
    }),
    recordNoVerdict: assign({ hasFailed: true, needsHealing: true }),
    recordRevertBegin: assign(({ event }) => {
      assertEvent(event, 'handler.begun');
      return { position: event.position + 1 };
    }),
    recordFailedRevert: assign(({ event }) => {
      assertEvent(event, 'handler.failed');
      return { position: event.position, needsHealing: true };
    }),
    recordRevertTimeout: assign(({ context }) => ({ position: context.position - 1, needsHealing: true })),
    retireRequest: assign({ request: ({ context }) => context.request + 1 }),
  },
  delays: {
    handlerTimeout: ({ context }) => context.handlerTimeout,
    commitTimeout: ({ context }) => context.commitTimeout,
  },
});

/** What is over is not interrupted any more. */
const interruptible = { interrupt: { target: '#interrupted', description: 'The loop is over before the event is.' } } as const;

/** Takes one event through the handlers into the southbound, or back. */
export const transactionMachine: Chart<TransactionShape> = transaction.createMachine({
  id: 'transaction',
  description: 'Takes one event through the handlers into the southbound, or back.',
  context: ({ input }) => ({ ...input, request: 0, selected: 0, position: 0, hasFailed: false, needsHealing: false }),
  initial: 'selecting',
  states: {
    selecting: {
      description: 'Asking the handlers which of them handle the event.',
      meta: { spec: ['E4'] },
      exit: 'retireRequest',
      invoke: { src: 'select', id: 'select', input: ({ context }) => ({ request: context.request }) },
      on: { ...interruptible, 'handlers.selected': { guard: 'isCurrent', target: 'handling', actions: 'recordSelection' } },
    },
    handling: {
      id: 'handling',
      description: 'Calling the handlers, one after the other.',
      meta: { spec: ['E4', 'E5', 'E9', 'E10', 'E16'] },
      exit: 'retireRequest',
      invoke: {
        src: 'handle',
        id: 'handle',
        input: ({ context }) => ({ request: context.request, position: context.position }),
      },
      initial: 'calling',
      states: {
        calling: {
          description: 'What is called answers at once.',
          on: { 'handler.begun': { guard: 'isCurrent', target: 'awaiting', actions: 'recordBegin' } },
        },
        awaiting: {
          description: 'A handler works; each has its own time.',
          on: { 'handler.begun': { guard: 'isCurrent', target: 'awaiting', reenter: true, actions: 'recordBegin' } },
          after: {
            handlerTimeout: [
              { guard: 'mustTakeBack', target: '#failing', actions: ['reportTimeout', 'recordTimeout'] },
              { guard: 'hasNoMoreHandlers', target: '#merging', actions: ['reportTimeout', 'recordTimeout'] },
              { target: '#handling', reenter: true, actions: ['reportTimeout', 'recordTimeout'] },
            ],
          },
        },
      },
      on: {
        ...interruptible,
        'handlers.completed': { guard: 'isCurrent', target: 'merging', actions: 'recordHandled' },
        'handler.failed': [
          { guard: 'isFatal', target: 'fatal', actions: 'recordFailure' },
          { guard: 'isTakenBack', target: 'failing', actions: 'recordFailure' },
          {
            guard: 'isAbort',
            target: 'finalizing',
            actions: 'recordAbort',
            description: 'Nothing more is called, and nothing committed.',
          },
          { guard: 'isLastHandler', target: 'merging', actions: 'recordFailure' },
          { guard: 'isCurrent', target: 'handling', reenter: true, actions: 'recordFailure' },
        ],
      },
    },
    merging: {
      id: 'merging',
      description: 'Putting external configuration over what the handlers want.',
      meta: { spec: ['E5', 'E17'] },
      exit: 'retireRequest',
      invoke: { src: 'merge', id: 'merge', input: ({ context }) => ({ request: context.request }) },
      on: {
        ...interruptible,
        'merge.completed': [
          { guard: 'mustTakeBackMerge', target: 'failing', actions: 'recordMerge' },
          { guard: 'mustCommit', target: 'committing', actions: 'recordMerge' },
          { guard: 'isCurrent', target: 'finalizing', actions: 'recordMerge', description: 'Nothing is to be changed.' },
        ],
      },
    },
    committing: {
      description: 'The southbound applies what is wanted.',
      meta: { spec: ['E8', 'E16', 'E17'] },
      exit: 'retireRequest',
      invoke: { src: 'commit', id: 'commit', input: ({ context }) => ({ request: context.request }) },
      on: {
        ...interruptible,
        'commit.completed': [
          { guard: 'wasTakenBack', target: 'failing', actions: 'recordVerdict' },
          { guard: 'isCurrent', target: 'finalizing', actions: 'recordVerdict' },
        ],
      },
      after: {
        commitTimeout: [
          { guard: 'mustTakeBack', target: 'failing', actions: ['reportCommitTimeout', 'recordNoVerdict'] },
          { target: 'finalizing', actions: ['reportCommitTimeout', 'recordNoVerdict'] },
        ],
      },
    },
    failing: {
      id: 'failing',
      description: 'The event is not to have happened.',
      always: [{ guard: 'hasReverts', target: 'reverting' }, { target: 'finalizing' }],
    },
    reverting: {
      id: 'reverting',
      description: 'The handlers that came to a good end take back what they did, the last one first.',
      meta: { spec: ['E4', 'E7', 'E8', 'E14'] },
      exit: 'retireRequest',
      invoke: {
        src: 'revert',
        id: 'revert',
        input: ({ context }) => ({ request: context.request, position: context.position }),
      },
      initial: 'calling',
      states: {
        calling: {
          description: 'What is called answers at once.',
          on: { 'handler.begun': { guard: 'isCurrent', target: 'awaiting', actions: 'recordRevertBegin' } },
        },
        awaiting: {
          description: 'A handler works; each has its own time.',
          on: { 'handler.begun': { guard: 'isCurrent', target: 'awaiting', reenter: true, actions: 'recordRevertBegin' } },
          after: {
            handlerTimeout: [
              { guard: 'hasNoMoreReverts', target: '#finalizing', actions: ['reportTimeout', 'recordRevertTimeout'] },
              { target: '#reverting', reenter: true, actions: ['reportTimeout', 'recordRevertTimeout'] },
            ],
          },
        },
      },
      on: {
        ...interruptible,
        'reverts.completed': { guard: 'isCurrent', target: 'finalizing' },
        'handler.failed': [
          { guard: 'isFatal', target: 'fatal', actions: 'recordFailedRevert' },
          { guard: 'isLastRevert', target: 'finalizing', actions: 'recordFailedRevert' },
          {
            guard: 'isCurrent',
            target: 'reverting',
            reenter: true,
            actions: 'recordFailedRevert',
            description: 'The others are reverted all the same.',
          },
        ],
      },
    },
    finalizing: {
      id: 'finalizing',
      description: 'Everything that was to be done is done.',
      always: [{ guard: 'hasFailed', target: 'failed' }, { target: 'succeeded' }],
    },
    succeeded: { type: 'final', description: 'Everything went well.', meta: { spec: ['E13'] } },
    failed: { type: 'final', description: 'Something went wrong; whether to heal it is in the context.', meta: { spec: ['E13'] } },
    fatal: { type: 'final', description: 'Nothing can go on.', meta: { spec: ['E10'] } },
    interrupted: {
      id: 'interrupted',
      type: 'final',
      description: 'The loop is over before the event is.',
      meta: { spec: ['E15'] },
    },
  },
});
