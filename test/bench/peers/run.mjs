// The comparison with peers: installs them beside this file when they are not there, bundles the engine's present sources, and runs.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));

if (!existsSync(join(here, 'node_modules/better-sqlite3/build'))) {
  const { status } = spawnSync('npm', ['ci'], { cwd: here, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
const outdir = join(here, `node_modules/.cache/bench-${process.pid}`);
// The peers stay packages and are found beside this file; the engine is bundled with its own dependencies, which are the root's.
await build({
  entryPoints: [join(here, 'main.ts'), join(here, 'resume.ts')],
  outdir,
  external: ['better-sqlite3', '@langchain/*'],
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'warning',
});
const quiet = { LANGSMITH_TRACING: 'false', LANGCHAIN_TRACING_V2: 'false' };
const { status } = spawnSync(
  process.execPath,
  ['--expose-gc', join(outdir, 'main.js'), ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, ...quiet } },
);
rmSync(outdir, { recursive: true, force: true });
process.exitCode = status ?? 1;
