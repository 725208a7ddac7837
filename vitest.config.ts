import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/verify/**'],
    testTimeout: 30_000,
    maxWorkers: Math.max(2, availableParallelism() - 1), // two on two cores, where the default is one
    coverage: { include: ['src/**', 'machines/**'] },
  },
});
