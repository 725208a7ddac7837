/**
 * Deterministic simulation at full size. The seeds are always the same, and one is new each time and printed.
 *
 * HELIOSTAT_SIMULATIONS: how many. HELIOSTAT_MINUTES: instead, new seeds until the time is over, with the totals every few minutes.
 */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { simulate, SimulationTotals } from '../../src/testing/index.js';

const simulations = Number(process.env['HELIOSTAT_SIMULATIONS'] ?? 260);
const minutes = Number(process.env['HELIOSTAT_MINUTES'] ?? 0);
const longest = (minutes + 30) * 60_000;
const commit = commitHere();

/** Which code it is, where that is known: the package can be unpacked without its repository. */
function commitHere(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}

async function run(totals: SimulationTotals, seed: number): Promise<void> {
  const determinism = seed % 20 === 0 ? 'run-twice' : 'once';
  const histories = seed % 4 === 1;
  totals.add(await simulate({ seed, commit, determinism, histories }));
}

describe('simulation', () => {
  it.skipIf(minutes > 0)(
    'R1, R2, R7, R12, R15, R18, R19, R20, RL1, RL5, S2, SL1, I1-I8, I11, C11, D6, D8, D10: holds, and has met everything',
    async () => {
      const totals = new SimulationTotals();
      const random = Math.floor(Math.random() * 2 ** 31);
      const began = performance.now();
      for (let seed = 1; seed < simulations; seed++) await run(totals, seed);
      console.log(`the random seed is ${random}`);
      await run(totals, random);
      console.log(totals.summary((performance.now() - began) / 1_000));
      if (simulations < 200) return;
      expect(totals.events).toBeGreaterThanOrEqual(2_000_000);
      expect(totals.simulatedMs / 3_600_000).toBeGreaterThanOrEqual(500);
      expect(totals.missing(), 'what never happened has not been tested').toEqual([]);
    },
    longest,
  );

  it.runIf(minutes > 0)(
    `holds for ${minutes} minutes of new seeds`,
    async () => {
      const totals = new SimulationTotals();
      const began = performance.now();
      const end = began + minutes * 60_000;
      let told = began;
      for (let seed = Math.floor(Math.random() * 2 ** 31); performance.now() < end; seed++) {
        await run(totals, seed);
        if (performance.now() - told < 180_000) continue;
        told = performance.now();
        console.log(`up to seed ${seed}\n${totals.summary((told - began) / 1_000)}`);
      }
      console.log(totals.summary((performance.now() - began) / 1_000));
    },
    longest,
  );
});
