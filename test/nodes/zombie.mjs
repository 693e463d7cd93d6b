// A worker that works on what Restate entrusts it with, and does not hear when the work has been given to another one: node zombie.mjs '{"addresses":…,"production":…,"directory":…,"port":…,"url":…}'.
// Says "served", and a line for each attempt, as it begins and as it ends.
import { createServer } from 'node:http2';
import { join } from 'node:path';
import { ProductionStateManager, defineCrew } from '../../dist/src/index.js';
import { RestateLog, serveRestate } from '../../dist/src/restate/index.js';

// What the SDK lacks on Node 20 is there once something was served.
await (await serveRestate({ port: 0 })).close();
const { createEndpointHandler, episodeObject } = await import('../../dist/src/restate/endpoint.js');

const { addresses, production, directory, port, url } = JSON.parse(process.argv[2] ?? '');
const say = (line) => process.stdout.write(`${line}\n`);
const crew = defineCrew({
  research: async ({ operation }) => {
    await operation('ask', { key: 'ask', maxCost: '0.50' }, async () => {
      const answer = await fetch(url, { method: 'POST', body: directory });
      return { result: await answer.text(), cost: '0.10' };
    });
    return null;
  },
  script: async () => null,
  audio: async () => null,
});
let attempts = 0;
const silenceMs = 2_000;
const episodes = episodeObject(async ({ sessionId }) => {
  attempts += 1;
  const own = join(directory, String(attempts));
  say(`begins ${attempts}`);
  const log = new RestateLog({ addresses, production });
  const manager = await ProductionStateManager.connect({ log, directory: own });
  try {
    const done = await manager.produce(sessionId, crew, { leaseMs: 2_000, holder: own });
    say(`ends ${done.outcome}`);
    return done;
  } catch (error) {
    say(`ends ${error.code}`);
    throw error;
  } finally {
    await manager.close();
  }
}, silenceMs);
const endpoint = createEndpointHandler({ services: [episodes], bidirectional: true });
createServer(endpoint).listen(port, '127.0.0.1', () => say('served'));
