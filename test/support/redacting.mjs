// Takes a text out of a production, and is killed right before its n-th call that changes a file: node redacting.mjs <directory> <text> <n>.
// Without n it says what it calls, a name a line.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [directory, text, nth = '0'] = process.argv.slice(2);
const changing = [
  'renameSync',
  'rename',
  'rmSync',
  'unlinkSync',
  'mkdirSync',
  'linkSync',
  'chmodSync',
  'writeSync',
  'writeFileSync',
  'fsyncSync',
  'fdatasyncSync',
  'fdatasync',
];
const calls = [];
for (const name of changing) {
  const real = fs[name];
  fs[name] = (...args) => {
    calls.push(name);
    if (calls.length === Number(nth)) process.kill(process.pid, 'SIGKILL');
    return real(...args);
  };
}
syncBuiltinESMExports();
const { ProductionStateManager } = await import('../../dist/src/index.js');
calls.length = 0;
await ProductionStateManager.redact({ directory, text, by: 'Ada', reason: 'it got in' });
process.stdout.write(calls.join('\n'));
