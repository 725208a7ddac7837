import { describe, expect, it } from 'vitest';
import { MemoryDatastore } from '../../../src/memory.js';
import { describeClient, FaultyClient, seededRandom, SimulatedClock } from '../../../src/testing/index.js';

interface Timed extends MemoryDatastore {
  readonly simulated: SimulatedClock;
}

function create(): Timed {
  const simulated = new SimulatedClock();
  return Object.assign(new MemoryDatastore({ clock: simulated, random: seededRandom(1) }), { simulated });
}

const plan = describeClient(
  'MemoryDatastore',
  {
    create,
    tools: {
      advance: (ms, { simulated }) => simulated.advance(ms),
      compact: (client, revision) => client.compact(revision),
      corrupt: (client, key) => client.corrupt(key, '{"half":'),
    },
    dispose: async ({ simulated }) => {
      await simulated.settle();
      expect(simulated.pending, 'timers left after close').toBe(0);
    },
  },
  { runner: { describe, it } },
);

describe('the conformance suite', () => {
  it('tests everything of the reference', () => {
    expect(plan.notOffered).toEqual([]);
    expect(plan.properties.length).toBeGreaterThan(40);
  });

  it('says what it does not test, and why', () => {
    const names: string[] = [];
    const runner = { describe: (_: string, body: () => void) => body(), it: (name: string) => void names.push(name) };
    const reduced = describeClient('x', { create, capabilities: { transactions: false } }, { runner });
    expect(reduced.notOffered.flatMap(({ missing }) => missing)).toContain('transactions');
    expect(names.filter((name) => name.includes('(not tested: transactions')).length).toBe(2);
    expect(names.filter((name) => name.includes('compact not offered')).length).toBeGreaterThan(1);
  });
});

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
