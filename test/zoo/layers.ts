/** The layers of verification that the zoo is shown to. Each says what it found and after how much, or nothing. */
import fc from 'fast-check';
import { syncerStatusMachine } from '../../machines/index.js';
import { explore, simulate, type ExplorationReport, type SimulationError } from '../../src/testing/index.js';
import { anyBeginning, anyCommands } from '../support/mirror-draws.js';
import { play, setups } from '../support/mirror-play.js';
import { exploreReflector, smallExplorations } from '../testing/exploration/reflector/explorations.js';
import { syncerEnvironment } from '../testing/exploration/syncer/syncer-environment.js';

/** What a layer found: `R11, 9 moves, after 1234 states`. */
export type Finding = string | undefined;

/** L1: the small explorations of the reflector and of the syncer. */
function exploration(): Finding {
  let states = 0;
  const explorations = [
    ...Object.values(smallExplorations).map((one) => (): ExplorationReport => exploreReflector(one)),
    (): ExplorationReport => {
      const environment = syncerEnvironment({ keys: [['a', 'c'], ['b', 'c']], inputs: 4 }); // prettier-ignore
      return explore({ machine: syncerStatusMachine, input: { types: 2 }, environment });
    },
  ];
  for (const run of explorations) {
    const report = run();
    states += report.states;
    if (report.violation !== undefined) {
      const id = /^\w+/.exec(report.violation.message)?.[0];
      return `${id}, ${report.violation.trace.length} moves, after ${states} states`;
    }
  }
  return undefined;
}

const modelRuns = 16;

/** L2: the model tests of the mirror, a few runs of each set-up. */
async function model(): Promise<Finding> {
  let runs = 0;
  for (const setup of Object.values(setups)) {
    const property = fc.asyncProperty(anyBeginning, anyCommands(setup), async (beginning, script) => {
      await play(beginning, setup, (known, real) => fc.asyncModelRun(() => ({ model: known, real }), script));
    });
    const result = await fc.check(property, { seed: 20_261_121, numRuns: modelRuns, endOnFailure: true });
    runs += result.numRuns;
    if (result.failed) return `run ${runs}`;
  }
  return undefined;
}

const simulations = 8;

/** L3: simulations, which are judged all the time. */
async function simulation(): Promise<Finding> {
  for (let seed = 1; seed <= simulations; seed++) {
    try {
      await simulate({ seed, shrink: 0 });
    } catch (error) {
      // The error is of the mutated copy of the package, so its class is another one.
      const { name, id } = error as { readonly name: string; readonly id?: SimulationError['id'] };
      return `${id ?? name}, seed ${seed}`;
    }
  }
  return undefined;
}

export const layers = { exploration, model, simulation };
