// The API reference from the docstrings. `npm run api` writes docs/api; with --check it fails when what is there is another.
// TypeDoc does not work with TypeScript 7, so that it has a TypeScript of its own here, installed when it is missing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const committed = fileURLToPath(new URL('../../docs/api', import.meta.url));
const typedoc = join(here, 'node_modules/typedoc/bin/typedoc');

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: here, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function generate(folder) {
  run(process.execPath, [typedoc, '--options', join(here, 'typedoc.json'), '--out', folder]);
}

function pages(folder) {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.map((name) => `${name}\n${readFileSync(join(folder, name), 'utf8')}`).join('\n');
}

if (!existsSync(typedoc)) run('npm', ['ci', '--ignore-scripts']);
if (process.argv.includes('--check')) {
  const fresh = mkdtempSync(join(tmpdir(), 'showrunner-api-'));
  generate(fresh);
  const same = pages(fresh) === pages(committed);
  rmSync(fresh, { recursive: true, force: true });
  if (!same) {
    console.error('docs/api is not what the docstrings say; run: npm run api');
    process.exit(1);
  }
} else generate(committed);
