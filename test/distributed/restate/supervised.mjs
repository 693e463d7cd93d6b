// A worker of its own that serves Restate, and works on what it is entrusted with: node supervised.mjs '{"addresses":…,"production":…,"directory":…,"port":…,"url":…}'.
import { ProductionStateManager, defineCrew } from '../../../dist/src/index.js';
import { RestateLog, serveRestate } from '../../../dist/src/restate/index.js';

const { addresses, production, directory, port, url } = JSON.parse(process.argv[2] ?? '');
let manager;
const crew = defineCrew({
  research: async ({ signal }) => {
    await fetch(url, { method: 'POST', body: directory, signal });
    return null;
  },
  script: async () => null,
  audio: async () => null,
});
const served = await serveRestate({
  port,
  produce: async ({ sessionId, signal }) => {
    manager ??= await ProductionStateManager.connect({
      log: new RestateLog({ addresses, production }),
      directory,
    });
    return manager.produce(sessionId, crew, { leaseMs: 2_000, holder: directory, signal });
  },
});
process.stdout.write(`${JSON.stringify({ port: served.port })}\n`);
