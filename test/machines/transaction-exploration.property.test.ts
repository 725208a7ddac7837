/** L1: everything that can happen to an event on its way through three handlers, in every order. */
import { describe, expect, it } from 'vitest';
import { transactionMachine, type TransactionInput } from '../../machines/index.js';
import { explore, type ExplorationReport } from '../../src/testing/index.js';
import { neverSeen } from '../testing/exploration/tally.js';
import { canonicalTransactionContext, transactionEnvironment } from './transaction-environment.js';
import { transactionInputs } from './transaction-world.js';

function exploreTransaction(input: TransactionInput, handlers: number): ExplorationReport {
  return explore({
    machine: transactionMachine,
    input,
    environment: transactionEnvironment(input, { handlers }),
    canonical: canonicalTransactionContext,
  });
}

describe('everything that can happen to an event', () => {
  const reports: ExplorationReport[] = [];

  it.each(Object.entries(transactionInputs))(
    'E4, E5, E6, E8, E9, E10, E11, E13, E16, E17: %s: the handlers in their order and back, and one end',
    (_, input) => {
      const report = exploreTransaction(input, 3);
      reports.push(report);
      expect(report.violation).toBeUndefined();
      expect(report.isComplete).toBe(true);
      expect(report.states).toBeGreaterThan(100);
    },
  );

  it('every transition is taken, every guard says yes and no, and everything happens', () => {
    expect(neverSeen(reports, ({ transitions }) => transitions)).toEqual([]);
    expect(neverSeen(reports, ({ guards }) => guards)).toEqual([]);
    const seen = (kind: 'step' | 'fault' | 'input'): readonly string[] => {
      const names = new Set<string>();
      for (const { moves } of reports) for (const name of moves[kind].keys()) names.add(name);
      return [...names].toSorted();
    };
    expect(seen('step')).toEqual([
      'all are called',
      'are selected',
      'begins',
      'comes to a good end',
      'commitTimeout',
      'handlerTimeout',
      'is applied',
      'is merged',
    ]);
    expect(seen('fault')).toEqual([
      'an answer of another request',
      'fails, abort',
      'fails, fatal',
      'fails, plain',
      'hangs',
      'is merged in part',
      'is partlyApplied',
      'is refused',
      'is revertFailed',
      'is reverted',
      'the southbound hangs',
    ]);
    expect(seen('input')).toEqual(['interrupt']);
  });
});
