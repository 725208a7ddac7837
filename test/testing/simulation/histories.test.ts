/** Two judges of one run: the simulation's own, and the checkers of histories, which know nothing of each other. */
import { describe, expect, it } from 'vitest';
import { createSyncer, type Syncer } from '../../../src/index.js';
import {
  simulate,
  SimulationTotals,
  type SimulatedValue,
  type SimulationOptions,
  type SimulationPlan,
} from '../../../src/testing/index.js';

describe('a simulation that is held against every checker of histories', () => {
  it('holds, and has given most of them something to judge', async () => {
    const totals = new SimulationTotals();
    for (const seed of [1, 2, 4, 22, 36]) totals.add(await simulate({ seed, hours: 0.15, histories: true }));
    const judged = Object.keys(totals.seen).filter((name) => name.startsWith('checked:'));
    expect(judged.length).toBeGreaterThan(20);
    expect(totals.seen['checked:R1']).toBeGreaterThan(0);
  });

  it('holds when audits find out what watches have lost', async () => {
    const { seen } = await simulate({ seed: 46, hours: 0.15, histories: true });
    expect(seen['checked:R20']).toBeGreaterThan(0);
  });

  it('R10: knows after how many older lists a mirror of a store without a name gives in', async () => {
    const plan: SimulationPlan<SimulatedValue> = {
      seed: 138,
      setup: {
        mirrors: 1,
        initialList: 'paged',
        pageSize: 0,
        jitter: 'full',
        idleLimit: 300_000,
        watchRetryTimeout: 60_000,
        auditInterval: 120_000,
        history: 10_000,
        maxBatch: 1_000,
        bookmarkInterval: 10_000,
        latency: 0,
        hasStoreId: false,
      },
      actions: [
        [0, 'start', 0],
        [1_000, 'apply', '/d/x', { text: 'word', shares: [] }],
        [2_000, 'weather', { 'list.stale': 1, 'watch.unauthorized': 1 }],
      ],
      healAt: 1_800_000,
    };
    const { seen } = await simulate({ plan, histories: true });
    expect(seen['checked:R10']).toBeGreaterThan(0);
  });

  it('S12: finds what the simulation does not look at: a mirror that speaks though it was to stop in silence', async () => {
    const talkative: SimulationOptions['build'] = ({ client, types, callbacks, options }) => {
      const syncer = createSyncer(client, types, callbacks, options);
      const stop: Syncer['stop'] = (how) => syncer.stop(how?.mode === 'silent' ? { ...how, mode: 'emitDeletes' } : how);
      return new Proxy(syncer, { get: (of, name) => (name === 'stop' ? stop : Reflect.get(of, name, of)) });
    };
    const seeds = [1, 2, 3, 4, 5, 6];
    const run = { hours: 0.15, shrink: 0, build: talkative };
    const failures: unknown[] = [];
    for (const seed of seeds) {
      await expect(simulate({ ...run, seed })).resolves.toBeDefined();
      failures.push(await simulate({ ...run, seed, histories: true }).catch((error: unknown) => error));
    }
    expect(failures).toContainEqual(
      expect.objectContaining({
        id: 'S12',
        message: expect.stringMatching(/^S12: .* after the mirror was told to stop in silence .*by the history\)/),
      }),
    );
  });
});
