/** The whole pipeline under faults, a few seeds of it; `npm run verify` plays hundreds. */
import { describe, expect, it } from 'vitest';
import { playPipeline } from '../support/pipeline/play.js';

describe('the pipeline of the cache', () => {
  it.each(Array.from({ length: 12 }, (_, index) => index + 1))(
    'F5, F6, K1, K4, K5, N1, RL1: converges, whatever goes wrong, and nobody is told what was not so: seed %i',
    async (seed) => {
      const counts = await playPipeline(seed);
      expect(counts['writes']).toBeGreaterThan(20);
      expect(counts['commits of an indexer']).toBeGreaterThan(5);
    },
  );
});
