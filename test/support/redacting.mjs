// Takes a text out of a production, and is killed (or stopped) right before its n-th call that changes a file:
// node redacting.mjs <directory> <text> <n> [SIGSTOP]. Without n it says what it calls, a name a line; else, if it lives, what is left.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [directory, text, nth = '0', signal = 'SIGKILL'] = process.argv.slice(2);
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
    if (calls.length === Number(nth)) process.kill(process.pid, signal);
    return real(...args);
  };
}
syncBuiltinESMExports();
const { ProductionStateManager } = await import('../../dist/src/index.js');
calls.length = 0;
const { left } = await ProductionStateManager.redact({ directory, text, by: 'Ada', reason: 'it got in' });
process.stdout.write((nth === '0' ? calls : left).join('\n'));
