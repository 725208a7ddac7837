/** The memory datastore, by itself and behind a line without faults, held to the suite that every client is held to. */
import { describe, it } from 'vitest';
import { MemoryDatastore } from '../../../src/memory.js';
import { describeClient, FaultyClient, seededRandom, SimulatedClock } from '../../../src/testing/index.js';
import { memoryCandidate } from '../../support/memory-candidate.js';

describeClient('MemoryDatastore', memoryCandidate, { runner: { describe, it } });

describeClient(
  'FaultyClient without faults',
  {
    create: () => {
      const simulated = new SimulatedClock();
      const client = new FaultyClient(new MemoryDatastore({ clock: simulated }), { clock: simulated, random: seededRandom(1) });
      return Object.assign(client, { simulated });
    },
    tools: { advance: (ms, { simulated }) => simulated.advance(ms) },
  },
  { runner: { describe, it } },
);
