/** How fast the explorer and the simulator are: what they cover in a night depends on it. */
import { simulate } from '../../../src/testing/index.js';
import { exploreReflector, smallExplorations } from '../../testing/exploration/reflector/explorations.js';
import type { Finding } from '../findings.js';
import { timed } from '../measure.js';

export interface VerificationPlan {
  /** Names of explorations of the reflector. */
  readonly explorations: readonly string[];
  readonly seeds: number;
  /** Simulated hours for each seed. */
  readonly hours: number;
}

export const everyExploration: readonly string[] = Object.keys(smallExplorations);

export async function measureVerification({ explorations, seeds, hours }: VerificationPlan): Promise<Finding> {
  const explored = { states: 0, edges: 0, bytes: 0 };
  const exploring = await timed(() => {
    for (const name of explorations) {
      const exploration = smallExplorations[name];
      if (exploration === undefined) throw new Error(`There is no exploration called ${name}.`);
      const { states, edges, bytes } = exploreReflector(exploration);
      explored.states += states;
      explored.edges += edges;
      explored.bytes += bytes;
    }
  });
  const simulated = { events: 0, hours: 0 };
  const simulating = await timed(async () => {
    for (let seed = 1; seed <= seeds; seed++) {
      const { events, simulatedMs } = await simulate({ seed, hours });
      simulated.events += events;
      simulated.hours += simulatedMs / 3_600_000;
    }
  });
  const perSecond = (amount: number, milliseconds: number): number => (amount / milliseconds) * 1_000;
  return {
    title: 'Explorer and simulator',
    method: `Every state of the reflector in ${explorations.length} small worlds; ${seeds} simulations of ${hours} h with faults, and their healing.`,
    columns: ['figure'],
    rows: [
      { name: 'explorer: states', figures: [explored.states] },
      { name: 'explorer: states per second', figures: [perSecond(explored.states, exploring)] },
      { name: 'explorer: edges per second', figures: [perSecond(explored.edges, exploring)] },
      { name: 'explorer: bytes a state', figures: [explored.bytes / explored.states] },
      { name: 'simulator: events per second', figures: [perSecond(simulated.events, simulating)] },
      { name: 'simulator: simulated hours per second', figures: [perSecond(simulated.hours, simulating)] },
    ],
    verdicts: [],
  };
}
