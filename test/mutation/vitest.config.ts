import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The suites that mutants of `machines/` and `src/journal/` have to survive. Those that try everything take seconds for each mutant, and are left out. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    include: ['test/machines/**/*.test.ts', 'test/journal/**/*.test.ts'],
    exclude: ['test/machines/{explore,reach,agreement}.test.ts'],
  },
});
