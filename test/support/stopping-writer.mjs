// Works on a production and writes a text into everything, and stops itself (SIGSTOP) right before its n-th call that changes a name or a file:
// node stopping-writer.mjs <directory> <session> <text> <n>. With 0 it says what it calls, a name a line.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const [directory, sessionId, text, nth = '0'] = process.argv.slice(2);
const changing = ['openSync', 'writeSync', 'renameSync', 'rename', 'linkSync', 'unlinkSync', 'mkdirSync'];
const calls = [];
let counts = false;
for (const name of changing) {
  const real = fs[name];
  fs[name] = (...args) => {
    const reads = name === 'openSync' && !(Number(args[1]) & fs.constants.O_CREAT);
    if (counts && !reads) {
      calls.push(`${name} ${String(args.findLast((each) => typeof each === 'string') ?? '')}`);
      if (calls.length === Number(nth)) process.kill(process.pid, 'SIGSTOP');
    }
    return real(...args);
  };
}
syncBuiltinESMExports();
const { ProductionStateManager } = await import('../../dist/src/index.js');
const manager = await ProductionStateManager.open({ directory, segmentBytes: 6000 });
counts = true;
// Each after the other, whatever becomes of the one before: who was refused once tries again, as a crew does.
const deeds = [
  () => manager.addCost({ sessionId, phase: 'script', operation: 'ask', cost: '0.01', key: 'late' }),
  () =>
    manager.createCheckpoint({
      sessionId,
      checkpointName: 'late',
      data: { text, more: 'w'.repeat(80_000) },
    }),
  () => manager.createCheckpoint({ sessionId, checkpointName: 'later', data: { text } }),
  () => manager.production.show(),
  () => manager.forkEpisode({ sessionId, checkpointName: 'research_complete' }),
  () => manager.updatePhase({ sessionId, phase: 'script', status: 'active' }),
  () => manager.cancelEpisode({ sessionId, reason: text }),
  () => manager.production.compact(),
  () => manager.production.show(),
  () => manager.close(),
];
for (const deed of deeds) {
  try {
    await deed();
  } catch (error) {
    if (nth === '0') process.stderr.write(`${String(error.code)} ${String(error.message)}\n`);
  }
}
counts = false;
if (nth === '0') process.stdout.write(calls.join('\n'));
