/** L0: the transaction chart against its total table, best effort and all or nothing, and the laws that its context follows. */
import { describe, expect, it } from 'vitest';
import { transition } from 'xstate';
import {
  transactionMachine,
  type CommitVerdict,
  type Severity,
  type TransactionContext,
  type TransactionEvent,
} from '../../machines/index.js';
import { transactionTable, type TransactionHappening, type TransactionPlace } from '../../machines/transaction.table.js';

const places = Object.keys(transactionTable) as TransactionPlace[]; // the keys of an object of ours
const happenings = Object.keys(transactionTable.selecting) as TransactionHappening[];
const finals: ReadonlySet<string> = new Set(['succeeded', 'failed', 'fatal', 'interrupted']);
const request = 7;
const input = { commitsEmpty: false, healsFailures: true, handlerTimeout: 1_000, commitTimeout: 2_000 };
const modes = [false, true];

function isReverting(place: TransactionPlace): boolean {
  return place.startsWith('reverting');
}

function at(place: TransactionPlace, revertOnFailure: boolean, changes: Partial<TransactionContext> = {}) {
  const position = isReverting(place) ? 2 : place.startsWith('handling') ? 1 : place === 'selecting' ? 0 : 3;
  const selected = place === 'selecting' ? 0 : 3;
  const hasFailed = isReverting(place);
  const context = { ...input, revertOnFailure, request, selected, position, hasFailed, needsHealing: false, ...changes };
  const [outer = '', inner] = place.split('.');
  const value = inner === undefined ? outer : { [outer]: inner };
  return transactionMachine.resolveState({ value, context, ...(finals.has(place) ? { status: 'done' as const } : {}) });
}

function contextOf(place: TransactionPlace, happening: TransactionHappening): Partial<TransactionContext> {
  if (!happening.endsWith('of the last')) return {};
  return { position: isReverting(place) ? 1 : 2 };
}

function eventOf(place: TransactionPlace, happening: TransactionHappening, number = request): TransactionEvent {
  if (happening === 'interrupt') return { type: happening };
  if (happening.startsWith('after ')) {
    const [, delay = ''] = happening.split(' ');
    const owner = delay === 'commitTimeout' ? 'committing' : isReverting(place) ? 'reverting.awaiting' : 'handling.awaiting';
    return { type: `xstate.after.${delay}.transaction.${owner}` } as unknown as TransactionEvent; // XState's own event of a delay
  }
  const facts = { request: number };
  if (happening.includes('handler.failed as')) {
    const severity = happening.split(' as ')[1] as Severity; // as the table names it
    const last = isReverting(place) ? 0 : 2;
    return { type: 'handler.failed', ...facts, severity, position: happening.startsWith('the last') ? last : 1 };
  }
  if (happening.startsWith('commit.completed')) {
    return { type: 'commit.completed', ...facts, verdict: happening.split(' as ')[1] as CommitVerdict, isExternalOnly: false };
  }
  if (happening.startsWith('merge.completed')) {
    return { type: 'merge.completed', ...facts, isEmpty: happening.includes('nothing'), hasFailed: happening.includes('problems') };
  }
  if (happening === 'handlers.selected') return { type: happening, ...facts, count: 3 };
  if (happening === 'handler.begun') return { type: happening, ...facts, position: 1 };
  return { type: happening as 'handlers.completed' | 'reverts.completed', ...facts };
}

function placeOf(value: unknown): string {
  return typeof value === 'string'
    ? value
    : Object.entries(value as object)
        .flat()
        .join('.');
}

function outcomeOf(
  place: TransactionPlace,
  happening: TransactionHappening,
  revertOnFailure: boolean,
): TransactionPlace | 'ignored' {
  const cell = transactionTable[place][happening];
  return typeof cell === 'string' ? cell : cell[revertOnFailure ? 1 : 0];
}

function step(
  place: TransactionPlace,
  happening: TransactionHappening,
  revertOnFailure: boolean,
  changes: Partial<TransactionContext> = {},
) {
  const before = at(place, revertOnFailure, { ...contextOf(place, happening), ...changes });
  const [after, actions] = transition(transactionMachine, before, eventOf(place, happening));
  const names = actions.flatMap(({ type, params }) => {
    if (type === 'xstate.spawnChild') return [`begin ${(params as { readonly id: string }).id}`]; // as XState tells it
    return type.startsWith('xstate.') ? [] : [type];
  });
  return { before, after, actions, names, context: after.context };
}

const cells = places.flatMap((place) => happenings.map((happening) => ({ place, happening })));

describe('the total table of the transaction', () => {
  it.each(cells)('$place, $happening', ({ place, happening }) => {
    for (const revertOnFailure of modes) {
      const { before, after, actions } = step(place, happening, revertOnFailure);
      const outcome = outcomeOf(place, happening, revertOnFailure);
      expect(placeOf(after.value), revertOnFailure ? 'all or nothing' : 'best effort').toBe(
        outcome === 'ignored' ? place : outcome,
      );
      expect(after.status).toBe(finals.has(placeOf(after.value)) ? 'done' : 'active');
      if (outcome !== 'ignored') continue;
      expect(after, 'ignored: the same snapshot').toBe(before);
      expect(actions).toEqual([]);
    }
  });

  it('E16: a fact of another request changes nothing, anywhere, whether its number is lower or higher', () => {
    for (const { place, happening } of cells) {
      for (const number of [request - 1, request + 1]) {
        const event = eventOf(place, happening, number);
        if (!('request' in event)) continue;
        for (const revertOnFailure of modes) {
          const before = at(place, revertOnFailure);
          const [after, actions] = transition(transactionMachine, before, event);
          expect(actions).toEqual([]);
          expect(after, `${place}, ${happening}`).toBe(before);
        }
      }
    }
  });

  it('E16: what an effect was asked is used up when its state is left, and only then', () => {
    for (const { place, happening } of cells) {
      for (const revertOnFailure of modes) {
        const { context } = step(place, happening, revertOnFailure);
        const outcome = outcomeOf(place, happening, revertOnFailure);
        const isLeft = outcome !== 'ignored' && !outcome.endsWith('awaiting');
        expect(context.request, `${place}, ${happening}`).toBe(isLeft ? request + 1 : request);
      }
    }
  });
});

describe('what a transaction does', () => {
  const effects: Readonly<Record<string, string>> = {
    handling: 'handle',
    merging: 'merge',
    committing: 'commit',
    reverting: 'revert',
  };

  it('E4, E8, E9, E10, E16: begins what its new state is for, tells a deadline that has passed, and does nothing else', () => {
    for (const { place, happening } of cells) {
      for (const revertOnFailure of modes) {
        const outcome = outcomeOf(place, happening, revertOnFailure);
        const effect = outcome.endsWith('awaiting') ? undefined : effects[outcome.split('.')[0] ?? ''];
        const told = happening.startsWith('after commit') ? 'reportCommitTimeout' : 'reportTimeout';
        const expected = [
          ...(outcome !== 'ignored' && happening.startsWith('after') ? [told] : []),
          ...(effect === undefined ? [] : [`begin ${effect}`]),
        ];
        expect(step(place, happening, revertOnFailure).names, `${place}, ${happening}`).toEqual(expected);
      }
    }
  });

  it('E4, E5, E8: goes on with the next handler, and reverts those before the one that failed', () => {
    const positionAfter = (place: TransactionPlace, happening: TransactionHappening, revertOnFailure: boolean) =>
      step(place, happening, revertOnFailure).context.position;
    expect(positionAfter('selecting', 'handlers.selected', false)).toBe(0);
    expect(step('selecting', 'handlers.selected', false).context.selected).toBe(3);
    for (const happening of ['handler.failed as plain', 'after handlerTimeout'] as const) {
      expect(positionAfter('handling.awaiting', happening, false)).toBe(2);
      expect(positionAfter('handling.awaiting', happening, true)).toBe(1);
      expect(positionAfter('reverting.awaiting', happening, true)).toBe(1);
    }
    expect(positionAfter('handling.calling', 'handler.begun', true)).toBe(1);
    expect(positionAfter('reverting.calling', 'handler.begun', true)).toBe(2);
    expect(positionAfter('handling.calling', 'handlers.completed', true)).toBe(3);
    for (const happening of ['commit.completed as reverted', 'after commitTimeout'] as const) {
      expect(positionAfter('committing', happening, true)).toBe(3);
    }
  });

  it('E8: nothing is reverted when no handler came to a good end', () => {
    const event = { type: 'handler.failed', request, position: 0, severity: 'plain' } as const;
    const [after] = transition(transactionMachine, at('handling.calling', true, { position: 0 }), event);
    expect(after.value).toBe('failed');
    const [late] = transition(
      transactionMachine,
      at('handling.awaiting', true, { position: 0 }),
      eventOf('handling.awaiting', 'after handlerTimeout'),
    );
    expect(late.value).toBe('failed');
  });

  it('E17: a resync is committed though it wants nothing, unless it is taken back', () => {
    const valueOf = (happening: TransactionHappening) => step('merging', happening, false, { commitsEmpty: true }).after.value;
    expect(valueOf('merge.completed with nothing')).toBe('committing');
    expect(valueOf('merge.completed with nothing but problems')).toBe('committing');
    expect(step('merging', 'merge.completed with nothing but problems', true, { commitsEmpty: true }).names).toEqual([
      'begin revert',
    ]);
  });

  it('E13: has failed when anything has, and when the last thing went well', () => {
    expect(step('committing', 'commit.completed as applied', false, { hasFailed: true }).after.value).toBe('failed');
    expect(step('merging', 'merge.completed with nothing', false, { hasFailed: true }).after.value).toBe('failed');
    expect(step('merging', 'merge.completed', false, { hasFailed: true }).context.hasFailed).toBe(true);
    expect(step('merging', 'merge.completed', false).context.hasFailed).toBe(false);
  });

  it('E5, E6, E8, E9, E11, E16: what has to be healed: what was not taken back, and what could not be', () => {
    type Needs = readonly [bestEffort: boolean, revertOnFailure: boolean];
    const healed: readonly (readonly [TransactionPlace, TransactionHappening, Needs, ignoringErrors: Needs])[] = [
      ['handling.calling', 'handler.failed as plain', [true, false], [false, false]],
      ['handling.calling', 'handler.failed as abort', [true, true], [true, true]],
      ['handling.calling', 'handler.failed as fatal', [false, false], [false, false]],
      ['handling.awaiting', 'after handlerTimeout', [true, true], [false, true]],
      ['merging', 'merge.completed with problems', [false, false], [false, false]],
      ['committing', 'commit.completed as applied', [false, false], [false, false]],
      ['committing', 'commit.completed as partlyApplied', [true, true], [false, false]],
      ['committing', 'commit.completed as reverted', [true, false], [true, false]],
      ['committing', 'commit.completed as revertFailed', [true, true], [true, true]],
      ['committing', 'commit.completed as refused', [true, false], [true, false]],
      ['committing', 'after commitTimeout', [true, true], [true, true]],
      ['reverting.calling', 'handler.failed as plain', [true, true], [true, true]],
      ['reverting.calling', 'handlers.completed', [false, false], [false, false]],
      ['reverting.awaiting', 'after handlerTimeout', [true, true], [true, true]],
    ];
    for (const [place, happening, ...expected] of healed) {
      for (const [index, healsFailures] of [true, false].entries()) {
        const needs = modes.map((mode) => step(place, happening, mode, { healsFailures }).context.needsHealing);
        expect(needs, `${place}, ${happening}${healsFailures ? '' : ', E6: ignored'}`).toEqual(expected[index]);
      }
      for (const revertOnFailure of modes) {
        const before = step(place, happening, revertOnFailure, { needsHealing: true }).context.needsHealing;
        expect(before, `${place}, ${happening}: and it is not forgotten`).toBe(true);
      }
    }
  });

  it('E5: what only external configuration wanted, and failed, is not healed by building it anew', () => {
    const event = { type: 'commit.completed', request, verdict: 'partlyApplied', isExternalOnly: true } as const;
    const [after] = transition(transactionMachine, at('committing', false), event);
    expect([after.value, after.context.needsHealing]).toEqual(['failed', false]);
  });

  it('E16: gives handlers and the southbound their time', () => {
    const { delays } = transactionMachine.implementations as unknown as {
      readonly delays: Readonly<Record<string, (scope: { readonly context: TransactionContext }) => number>>;
    }; // as XState keeps them
    const { context } = at('committing', true);
    expect([delays['handlerTimeout']?.({ context }), delays['commitTimeout']?.({ context })]).toEqual([1_000, 2_000]);
  });

  it('D2: an effect or an action that nobody has provided is missed by name, at once', () => {
    const { actions, actors } = transactionMachine.implementations as unknown as {
      readonly actions: Readonly<Record<string, unknown>>;
      readonly actors: Readonly<Record<string, { readonly config: unknown }>>;
    }; // as XState keeps them
    const provided = [
      ...['reportTimeout', 'reportCommitTimeout'].map((name) => [name, actions[name]]),
      ...['select', 'handle', 'merge', 'commit', 'revert'].map((name) => [name, actors[name]?.config]),
    ];
    for (const [name, implementation] of provided) {
      const call = implementation as (...args: readonly unknown[]) => unknown;
      expect(() => call({}, {})).toThrow(`'${String(name)}' was not provided`);
    }
  });
});
