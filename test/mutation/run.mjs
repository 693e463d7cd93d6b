// Mutation testing: installs Stryker beside this file when it is not there, and runs it from the project's root. Arguments go to Stryker.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const stryker = join(here, 'node_modules/@stryker-mutator/core/bin/stryker.js');

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(stryker)) run('npm', ['ci', '--ignore-scripts'], here);
run(process.execPath, [stryker, 'run', join(here, 'stryker.config.json'), ...process.argv.slice(2)], root);
