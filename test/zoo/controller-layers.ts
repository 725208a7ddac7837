/** The layers that the bugs of controllers are shown to: the explorations of both charts, the model, and the simulation of whole processes. */
import fc from 'fast-check';
import { eventLoopMachine, transactionMachine } from '../../machines/index.js';
import { explore, type ExplorationReport } from '../../src/testing/index.js';
import { canonicalLoopContext, loopEnvironment } from '../machines/event-loop-environment.js';
import { loopInput } from '../machines/event-loop-world.js';
import { canonicalTransactionContext, transactionEnvironment } from '../machines/transaction-environment.js';
import { transactionInputs } from '../machines/transaction-world.js';
import { anyScript } from '../support/controller/loop-draws.js';
import { judgeLoopPlay } from '../support/controller/loop-oracle.js';
import { playLoop } from '../support/controller/loop-play.js';
import { playController } from '../support/controller-world/play.js';
import type { Finding } from './layers.js';

const explorations: readonly (() => ExplorationReport)[] = [
  () =>
    explore({
      machine: eventLoopMachine,
      input: loopInput,
      environment: loopEnvironment({ pushes: 3 }),
      canonical: canonicalLoopContext,
    }),
  ...Object.values(transactionInputs).map(
    (input) => () =>
      explore({
        machine: transactionMachine,
        input,
        environment: transactionEnvironment(input, { handlers: 3 }),
        canonical: canonicalTransactionContext,
      }),
  ),
];

/** L1: everything that can happen to an event loop with three events, and to an event with three handlers. */
function exploration(): Finding {
  let states = 0;
  for (const run of explorations) {
    const report = run();
    states += report.states;
    if (report.violation === undefined) continue;
    const id = /^\w+/.exec(report.violation.message)?.[0];
    return `${id}, ${report.violation.trace.length} moves, after ${states} states`;
  }
  return undefined;
}

const modelRuns = 200;

/** L2: whole controllers against an oracle with plain maps. */
async function model(): Promise<Finding> {
  const property = fc.asyncProperty(anyScript, async (script) => judgeLoopPlay(script, await playLoop(script), new Map()));
  const { failed, numRuns } = await fc.check(property, { seed: 20_261_121, numRuns: modelRuns, endOnFailure: true });
  return failed ? `run ${numRuns}` : undefined;
}

const simulations = 8;

/** L3: processes that die and start again, judged all the time. */
async function simulation(): Promise<Finding> {
  for (let seed = 1; seed <= simulations; seed++) {
    try {
      await playController(seed);
    } catch (error) {
      const { name, id } = error as { readonly name: string; readonly id?: string }; // its class is of the mutated copy
      return `${id ?? name}, seed ${seed}`;
    }
  }
  return undefined;
}

export const layers = { exploration, model, simulation };
