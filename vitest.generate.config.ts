import { defineConfig } from 'vitest/config';

/** The tests that write, with HELIOSTAT_UPDATE=1, what they check without it: `npm run generate`. */
export default defineConfig({
  test: {
    include: ['test/inspect/charts.test.ts', 'test/testing/history/schema.test.ts', 'test/verify/api-report.test.ts'],
    testTimeout: 120_000,
  },
});
