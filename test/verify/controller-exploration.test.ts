/** L1 of the controller's charts at the size of the longer verification: everything is seen, or the test fails. */
import { describe, expect, it } from 'vitest';
import { eventLoopMachine, transactionMachine } from '../../machines/index.js';
import { explore, type ExplorationReport } from '../../src/testing/index.js';
import { canonicalLoopContext, loopEnvironment } from '../machines/event-loop-environment.js';
import { loopInput } from '../machines/event-loop-world.js';
import { canonicalTransactionContext, transactionEnvironment } from '../machines/transaction-environment.js';
import { transactionInputs } from '../machines/transaction-world.js';
import { lineOf } from '../testing/exploration/tally.js';

const minutes = 60_000;
const isLong = process.env['HELIOSTAT_LONG'] === '1';
const pushes = isLong ? 6 : 5;
const handlers = isLong ? 6 : 5;

function judge(name: string, report: ExplorationReport, atLeast: number): void {
  console.log(lineOf(name, report));
  expect(report.violation).toBeUndefined();
  expect(report.isComplete).toBe(true);
  expect(report.states).toBeGreaterThan(atLeast);
}

describe('more of everything that can happen', () => {
  it(
    `E1, E2, E3, E10, E11, E12, E15, EL1, EL3: to an event loop, ${pushes} events`,
    () => {
      const environment = loopEnvironment({ pushes });
      const report = explore({ machine: eventLoopMachine, input: loopInput, environment, canonical: canonicalLoopContext });
      judge('event loop', report, 50_000);
    },
    20 * minutes,
  );

  it.each(Object.entries(transactionInputs))(
    `E4, E5, E6, E8, E9, E10, E11, E13, E16, E17: to a transaction of ${handlers} handlers, %s`,
    (name, input) => {
      const environment = transactionEnvironment(input, { handlers });
      const report = explore({ machine: transactionMachine, input, environment, canonical: canonicalTransactionContext });
      judge(`transaction, ${name}`, report, 1_000);
    },
    20 * minutes,
  );
});
