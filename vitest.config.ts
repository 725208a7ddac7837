import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/verify/**'],
    testTimeout: 30_000,
    coverage: { include: ['src/**', 'machines/**'] },
  },
});
