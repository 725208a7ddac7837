import { defineConfig } from 'vitest/config';

/** About an hour: `npm run verify:long`. Simulations and model tests with new seeds, and explorations of tens of millions of states. */
export default defineConfig({
  test: {
    include: [
      'test/verify/simulation.test.ts',
      'test/verify/exploration.test.ts',
      'test/verify/cache.test.ts',
      'test/syncer/model.property.test.ts',
      'test/controller/loop/model.property.test.ts',
      'test/verify/controller-exploration.test.ts',
    ],
    env: {
      HELIOSTAT_LONG: '1',
      HELIOSTAT_MINUTES: process.env['HELIOSTAT_MINUTES'] ?? '60',
      HELIOSTAT_RUNS: process.env['HELIOSTAT_RUNS'] ?? '3000',
      HELIOSTAT_PIPELINES: process.env['HELIOSTAT_PIPELINES'] ?? '3000',
      HELIOSTAT_SEED: process.env['HELIOSTAT_SEED'] ?? String(Date.now() % 2 ** 31),
    },
    disableConsoleIntercept: true,
    testTimeout: 7_200_000,
    maxWorkers: 2,
  },
});
