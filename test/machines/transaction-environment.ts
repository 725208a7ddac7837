/**
 * What surrounds the transaction chart in its exploration: handlers that do well, fail in every way, hang and answer late, merges, a
 * southbound with every verdict or none, and a loop that ends in the middle.
 */
import type { CommitVerdict, Severity, TransactionContext, TransactionInput } from '../../machines/index.js';
import type { Environment } from '../../src/testing/index.js';
import { judgeTransaction, performTransaction } from './transaction-oracle.js';
import {
  nothingCalled,
  type Ending,
  type TransactionMachine,
  type TransactionMove,
  type TransactionState,
  type TransactionWorld,
} from './transaction-world.js';

/** Numbers of requests count relative to the current one. */
export function canonicalTransactionContext(context: TransactionContext): TransactionContext {
  return { ...context, request: 0 };
}

/** @param handlers at most so many of them handle the event. */
export function transactionEnvironment(
  input: TransactionInput,
  { handlers }: { readonly handlers: number },
): Environment<TransactionMachine, TransactionWorld> {
  return {
    initial: nothingCalled,
    moves: (state) => moves(state, handlers),
    perform: (world, step) => performTransaction(input, world, step),
    encode: (world) => JSON.stringify(Object.values(world)),
    judge: (before, move, after) => judgeTransaction(input, before, move, after),
    hasConverged: ({ place }) => place.isDone,
  };
}

function moves(state: TransactionState, handlers: number): readonly TransactionMove[] {
  const { environment: world, place } = state;
  if (place.isDone) return []; // whoever runs the chart lets go of it
  const interrupt: TransactionMove = {
    kind: 'input',
    name: 'interrupt',
    next: { ...world, isInterrupted: true },
    send: { type: 'interrupt' },
  };
  return [
    interrupt,
    ...late.map((move) => Object.assign({ next: world }, move)),
    ...timers(state),
    ...(world.call === 'hanging' ? [] : answers(world, handlers)),
  ];
}

function answers(world: TransactionWorld, handlers: number): readonly TransactionMove[] {
  switch (world.effect) {
    case 'none':
      return [];
    case 'select':
      return Array.from({ length: handlers + 1 }, (_, count) => ({
        kind: 'step' as const,
        name: 'are selected',
        detail: `${count}`,
        next: { ...world, selected: count },
        send: { type: 'handlers.selected' as const, request: 0, count },
      }));
    case 'handle':
    case 'revert':
      return calls(world);
    case 'merge':
      return merges(world);
    case 'commit':
      return commits(world);
  }
}

/** One handler after the other: at once, or after it has said that it works. */
function calls(world: TransactionWorld): readonly TransactionMove[] {
  const isRevert = world.effect === 'revert';
  const isOver = isRevert ? world.at < 0 : world.at >= (world.selected ?? 0);
  const completed = { type: isRevert ? 'reverts.completed' : 'handlers.completed', request: 0 } as const;
  if (isOver) return [{ kind: 'step', name: 'all are called', next: world, send: completed }];
  const next = ended(world, 'good');
  const begin: TransactionMove = {
    kind: 'step',
    name: 'begins',
    next: { ...world, call: 'begun' },
    send: { type: 'handler.begun', request: 0, position: world.at },
  };
  return [
    ...(world.call === 'none' ? [begin] : []),
    { kind: 'step', name: 'comes to a good end', next },
    ...(['plain', 'abort', 'fatal'] as const).map((severity): TransactionMove => {
      const fact = { type: 'handler.failed', request: 0, position: world.at, severity } as const;
      return { kind: 'fault', name: `fails, ${severity}`, next: ended(world, severity), send: fact };
    }),
    ...(world.call === 'begun' ? [{ kind: 'fault', name: 'hangs', next: { ...world, call: 'hanging' } } as const] : []),
  ];
}

/** A call has ended, and the effect goes on to the next one by itself. */
function ended(world: TransactionWorld, ending: Ending): TransactionWorld {
  const { at } = world;
  return world.effect === 'revert'
    ? { ...world, call: 'none', at: at - 1, reverts: [...world.reverts, [at, ending]] }
    : { ...world, call: 'none', at: at + 1, calls: [...world.calls, ending] };
}

function merges(world: TransactionWorld): readonly TransactionMove[] {
  return [true, false].flatMap((isEmpty) =>
    [false, true].map((hasFailed): TransactionMove => ({
      kind: hasFailed ? 'fault' : 'step',
      name: hasFailed ? 'is merged in part' : 'is merged',
      detail: isEmpty ? 'nothing' : 'something',
      next: { ...world, merge: isEmpty ? 'nothing' : 'something', hasMergeFailed: hasFailed },
      send: { type: 'merge.completed', request: 0, isEmpty, hasFailed },
    })),
  );
}

const verdicts: readonly CommitVerdict[] = ['applied', 'partlyApplied', 'reverted', 'revertFailed', 'refused'];

function commits(world: TransactionWorld): readonly TransactionMove[] {
  return [
    ...verdicts.flatMap((verdict) =>
      [false, true].map((isExternalOnly): TransactionMove => ({
        kind: verdict === 'applied' ? 'step' : 'fault',
        name: `is ${verdict}`,
        detail: isExternalOnly ? 'external only' : undefined,
        next: { ...world, commit: isExternalOnly && verdict === 'partlyApplied' ? 'external' : verdict },
        send: { type: 'commit.completed', request: 0, verdict, isExternalOnly },
      })),
    ),
    { kind: 'fault', name: 'the southbound hangs', next: { ...world, call: 'hanging' } },
  ];
}

/** Only what hangs has no answer in its time. */
function timers({ place, environment: world }: TransactionState): readonly TransactionMove[] {
  if (world.call !== 'hanging') return [];
  const untold = world.untold + 1;
  return place.timers.map(({ name, event }): TransactionMove => {
    const next: TransactionWorld =
      name === 'commitTimeout' ? { ...world, call: 'none', commit: 'timedOut', untold } : { ...ended(world, 'timedOut'), untold };
    return { kind: 'step', name, next, send: event };
  });
}

/** Facts of effects that are over, or have not begun: a handler that was given up answers after all. */
const late: readonly Omit<TransactionMove, 'next'>[] = [-2, -1, 1].flatMap((request) => {
  const facts = [
    { type: 'handlers.selected', request, count: 1 },
    { type: 'handler.begun', request, position: 0 },
    { type: 'handlers.completed', request },
    ...(['plain', 'abort', 'fatal'] as const satisfies Severity[]).map(
      (severity) => ({ type: 'handler.failed', request, position: 0, severity }) as const,
    ),
    { type: 'merge.completed', request, isEmpty: false, hasFailed: true },
    { type: 'commit.completed', request, verdict: 'refused', isExternalOnly: false },
    { type: 'reverts.completed', request },
  ] as const;
  return facts.map((send) => ({ kind: 'fault' as const, name: 'an answer of another request', detail: send.type, send }));
});
