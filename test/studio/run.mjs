// Bundles one of this folder's programs with the engine's present sources into a temporary file, and runs it: `run.mjs screenshots`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'node_modules/.cache/showrunner-studio');
mkdirSync(folder, { recursive: true });
const [, , name, ...rest] = process.argv;
const outfile = join(folder, `${name}-${process.pid}.mjs`);
await build({
  entryPoints: [join(root, `test/studio/${name}.ts`)],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, [outfile, ...rest], { stdio: 'inherit', cwd: root });
rmSync(outfile, { force: true });
process.exitCode = status ?? 1;
