import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
const report = process.env['SHOWRUNNER_TEST_REPORT'];

/** Two suites: `unit` is what `npm test` runs; `long` is its slower sibling (crash storms, whole productions). */
export default defineConfig({
  root,
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/long/**'] } },
      { extends: true, test: { name: 'long', include: ['test/long/**/*.test.ts'], testTimeout: 900_000, fileParallelism: false } },
    ],
  },
});
