import { defineConfig } from 'vitest/config';
import { mutantPlugin } from './test/zoo/mutant-plugin.js';

/** What takes longer than a newcomer waits for: `npm run verify`. */
export default defineConfig({
  plugins: [mutantPlugin()],
  test: {
    include: ['test/verify/**/*.test.ts', 'test/syncer/model.property.test.ts', 'test/controller/loop/model.property.test.ts'],
    env: { HELIOSTAT_RUNS: process.env['HELIOSTAT_RUNS'] ?? '400' },
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
});
