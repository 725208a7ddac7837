/** Two judges of one run: the simulation's own, and the checkers of histories, which know nothing of each other. */
import { describe, expect, it } from 'vitest';
import { createSyncer } from '../../../src/index.js';
import { simulate, SimulationTotals } from '../../../src/testing/index.js';

describe('a simulation that is held against every checker of histories', () => {
  it('holds, and has given most of them something to judge', async () => {
    const totals = new SimulationTotals();
    for (const seed of [1, 2, 4, 22, 36]) totals.add(await simulate({ seed, hours: 0.15, histories: true }));
    const judged = Object.keys(totals.seen).filter((name) => name.startsWith('checked:'));
    expect(judged.length).toBeGreaterThan(20);
    expect(totals.seen['checked:R1']).toBeGreaterThan(0);
  });

  it('R20: a broken mirror is found by them as well', async () => {
    const failure: unknown = await simulate({
      seed: 1,
      hours: 0.15,
      histories: true,
      shrink: 0,
      build: ({ client, types, callbacks, options }) =>
        createSyncer(client, types, callbacks, { ...options, minResyncInterval: 1, listRetryInterval: 1 }),
    }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ id: 'R20' });
  });
});
