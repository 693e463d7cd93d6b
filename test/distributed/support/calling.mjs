// A machine of its own that works on an episode whose research makes one paid call: node calling.mjs '{"log":…,"directory":…,"sessionId":…,"url":…,"pausesAt":…}'.
// At `pausesAt` it says so, and goes on with the next line that it is told.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProductionStateManager, defineCrew } from '../../../dist/src/index.js';
import { openLog } from './open-log.mjs';

const { log, directory, sessionId, url, pausesAt } = JSON.parse(process.argv[2] ?? '');
const manager = await ProductionStateManager.connect({ log: openLog(log), directory });

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function pause(at) {
  if (pausesAt !== at) return;
  say({ at });
  const lines = createInterface({ input: process.stdin });
  await once(lines, 'line');
  lines.close();
}

const crew = defineCrew({
  async research({ operation }) {
    await operation('ask', { key: 'ask', maxCost: '0.50' }, async () => {
      await pause('reserved');
      const answer = await fetch(url, { method: 'POST' });
      return { result: await answer.text(), cost: '0.10' };
    });
    await pause('settled');
  },
  script: async () => null,
  audio: async () => null,
});
for (;;) {
  try {
    const { outcome } = await manager.produce(sessionId, crew, { leaseMs: 2_000, holder: directory });
    say({ outcome });
    break;
  } catch (error) {
    if (error.code !== 'claimed_elsewhere') throw error;
    await sleep(200);
  }
}
await manager.close();
process.exit(0);
