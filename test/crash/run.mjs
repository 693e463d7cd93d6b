// npm run test:crash [-- --only fdatasync:17:EIO]: all points, or one of them again.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const own = process.argv.slice(2);
const at = own.indexOf('--only');
const only = at === -1 ? undefined : own[at + 1];
const files = { KILL: 'kill', EIO: 'io-errors', ENOSPC: 'full-disk', LIE: 'lying-writes' };
const chosen = only ? [`test/crash/${files[only.split(':')[2]]}.test.ts`] : [];
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'test/vitest.config.ts',
    '--project',
    'crash',
    '--maxWorkers',
    '2',
    ...chosen,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...(only ? { SHOWRUNNER_CRASH_ONLY: only } : {}) },
  },
);
process.exitCode = status ?? 1;
