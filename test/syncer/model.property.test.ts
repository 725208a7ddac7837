/**
 * Model tests of the whole mirror: commands on the datastore, on the line and on the consumer, in virtual time. The model holds the
 * data: what the datastore contains is kept a second time, in a plain Map, by the commands themselves; the mirror is compared with it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyBeginning, anyCommands, lineFaults } from '../support/mirror-draws.js';
import { play, setups } from '../support/mirror-play.js';

describe('the mirror converges', () => {
  const numRuns = Number(process.env['HELIOSTAT_RUNS'] ?? 60);
  const seed = Number(process.env['HELIOSTAT_SEED'] ?? 20_261_121);
  const fired = new Map<string, number>();

  it.each(Object.entries(setups))(
    'R1, R2, S6, RL1, SL1, D8, I1-I11, R19, R21: listing %s',
    async (_, setup) => {
      const property = fc.asyncProperty(anyBeginning, anyCommands(setup), async (beginning, script) => {
        const counts = await play(beginning, setup, (model, real) => fc.asyncModelRun(() => ({ model, real }), script));
        for (const [name, count] of Object.entries(counts)) fired.set(name, (fired.get(name) ?? 0) + count);
      });
      await fc.assert(property, { seed, numRuns });
    },
    1_200_000,
  );

  it('R20: has judged the pace of requests', () => {
    expect(fired.get('paces judged')).toBeGreaterThan(100);
  });

  it.runIf(numRuns >= 60)('has met every fault that it can meet', () => {
    expect(lineFaults.filter((name) => (fired.get(name) ?? 0) === 0)).toEqual([]);
  });
});
