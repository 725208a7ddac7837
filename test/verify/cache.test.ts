/** Hours of faults for the whole pipeline of the cache, from many seeds, and proof that everything that can happen did. */
import { describe, expect, it } from 'vitest';
import { Tally } from '../../src/testing/simulation/tally.js';
import { faultNames } from '../../src/testing/index.js';
import { playPipeline } from '../support/pipeline/play.js';

const seeds = Number(process.env['HELIOSTAT_PIPELINES'] ?? 150);
const first = Number(process.env['HELIOSTAT_SEED'] ?? 1);
/** What must have happened at least once, beside the faults of a line that is only read. */
const wanted = [
  'delta Added',
  'delta Updated',
  'delta Deleted',
  'delta Replaced',
  'delta Sync',
  'tombstones',
  'the consumer fails before it writes',
  'the consumer fails after it has written',
  'handler: add',
  'handler: update',
  'handler: update to another object',
  'handler: resync',
  'handler: delete, exact',
  'handler: delete, unknown',
  'handlers that left',
  'throws',
];

describe('the pipeline of the cache', () => {
  it(`F5, F6, K1, K4, K5, N1, N2, RL1: converges in ${seeds} simulations, one seed in twenty the same twice`, async () => {
    const total = new Tally([...wanted, ...faultNames.filter((name) => !name.startsWith('write.'))]);
    const fresh = Date.now() % 1_000_000_000;
    const drawn = [...Array.from({ length: seeds - 1 }, (_, index) => first + index), fresh];
    console.log(`pipelines: seeds ${first} to ${first + seeds - 2}, and ${fresh}`);
    for (const seed of drawn) {
      const counts = await playPipeline(seed).catch((error: unknown) => {
        throw new Error(`Seed ${seed}: play it again with playPipeline(${seed}).`, { cause: error });
      });
      if (seed % 20 === 0) expect(await playPipeline(seed), `seed ${seed} again`).toEqual(counts);
      total.addAll(counts);
    }
    const counts = total.toJSON();
    console.log(
      Object.entries(counts)
        .map(([what, count]) => `${what}: ${count}`)
        .join('\n'),
    );
    expect(Object.entries(counts).filter(([what, count]) => count === 0 && !what.startsWith('write.'))).toEqual([]);
  }, 600_000);
});
