// A machine of its own that works on an episode whose research makes one paid call: node calling.mjs '{"addresses":…,"production":…,"directory":…,"sessionId":…,"url":…}'.
import { ProductionStateManager, defineCrew } from '../../../dist/src/index.js';
import { RestateLog } from '../../../dist/src/restate/index.js';

const { addresses, production, directory, sessionId, url } = JSON.parse(process.argv[2] ?? '');
const manager = await ProductionStateManager.connect({
  log: new RestateLog({ addresses, production }),
  directory,
});
const crew = defineCrew({
  research: ({ operation }) =>
    operation('ask', { key: 'ask', maxCost: '0.50' }, async () => {
      const answer = await fetch(url, { method: 'POST' });
      return { result: await answer.text(), cost: '0.10' };
    }),
  script: async () => null,
  audio: async () => null,
});
for (;;) {
  try {
    const { outcome } = await manager.produce(sessionId, crew, { leaseMs: 2_000, holder: directory });
    process.stdout.write(`${JSON.stringify({ outcome })}\n`);
    break;
  } catch (error) {
    if (error.code !== 'claimed_elsewhere') throw error;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
await manager.close();
process.exit(0);
