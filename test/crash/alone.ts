// A process that commits one cost after the other: node alone.mjs <directory> <episode number>. Each line that it prints is how many were acknowledged.
import { writeSync } from 'node:fs';
import { ProductionStateManager } from '../../src/index.js';

const directory = process.argv[2] ?? '';
const episodeNum = Number(process.argv[3]);
const manager = await ProductionStateManager.open({
  directory,
  policy: { budgets: { research: 1000, total: 1000 }, dailyCap: 10_000 },
});
const sessionId = await manager.createEpisodeSession({ episodeNum, topic: 'Bees' });
await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
writeSync(1, `${sessionId}\n`);
for (let told = 1; ; told += 1) {
  await manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.001' });
  writeSync(1, `${told}\n`);
}
