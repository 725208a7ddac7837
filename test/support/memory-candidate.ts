/** The memory datastore on a simulated clock, as a candidate for the conformance suite. */
import { expect } from 'vitest';
import { MemoryDatastore } from '../../src/memory.js';
import { seededRandom, SimulatedClock, type ConformanceOptions } from '../../src/testing/index.js';

interface Timed extends MemoryDatastore {
  readonly simulated: SimulatedClock;
}

export const memoryCandidate: ConformanceOptions<Timed> = {
  create: () => {
    const simulated = new SimulatedClock();
    return Object.assign(new MemoryDatastore({ clock: simulated, random: seededRandom(1) }), { simulated });
  },
  tools: {
    advance: (ms, { simulated }) => simulated.advance(ms),
    compact: (client, revision) => client.compact(revision),
    corrupt: (client, key) => client.corrupt(key, '{"half":'),
  },
  dispose: async ({ simulated }) => {
    await simulated.settle();
    expect(simulated.pending, 'timers left after close').toBe(0);
  },
};
