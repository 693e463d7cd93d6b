import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The suites that mutants of `machines/` and `src/journal/` have to survive. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: { pool: 'forks', testTimeout: 60_000, include: ['test/machines/**/*.test.ts', 'test/journal/**/*.test.ts'] },
});
