// Bundles the benchmarks with the engine's present sources into a temporary file, and runs them; with --distributed those of logs that several machines share.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'node_modules/.cache/showrunner-bench');
mkdirSync(folder, { recursive: true });
const outfile = join(folder, `bench-${process.pid}.mjs`);
const isDistributed = process.argv.includes('--distributed');
/** What starts servers and processes of its own finds them beside its source. */
const ownPlaces = {
  name: 'own places',
  setup({ onLoad }) {
    onLoad({ filter: /test\/distributed\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: text.replaceAll('import.meta.url', url), loader: 'ts' };
    });
  },
};
await build({
  entryPoints: [join(root, isDistributed ? 'test/bench/distributed.ts' : 'test/bench/main.ts')],
  plugins: [ownPlaces],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
});
const own = process.argv.slice(2);
const isForNode = (argument) => argument.startsWith('--cpu-prof');
const { status } = spawnSync(
  process.execPath,
  ['--expose-gc', ...own.filter(isForNode), outfile, ...own.filter((each) => !isForNode(each))],
  { stdio: 'inherit', env: { RESTATE_LOGGING: 'WARN', ...process.env } },
);
process.exitCode = status ?? 1;
