// Bundles the benchmarks with the engine's present sources into a temporary file, and runs them.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'node_modules/.cache/showrunner-bench');
mkdirSync(folder, { recursive: true });
const outfile = join(folder, `bench-${process.pid}.mjs`);
await build({
  entryPoints: [join(root, 'test/bench/main.ts')],
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
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
