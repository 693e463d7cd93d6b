import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager, defineCrew } from '../../../src/index.js';
import { RestateLog } from '../../../src/restate/index.js';
import { start } from '../../support/cli.js';
import { expectSound } from '../../support/production.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { startCluster } from './cluster.js';

const showrunner = fileURLToPath(new URL('../../../dist/src/index.js', import.meta.url));

test('given somebody else is at an episode, when it is entrusted on the command line, then the worker tries again until it is free, and ends it', async () => {
  const cluster = await startCluster(1);
  onTestFinished(() => cluster.stop());
  const folder = temporaryDirectory();
  const crewFile = join(folder, 'crew.mjs');
  writeFileSync(
    crewFile,
    `import { defineCrew } from ${JSON.stringify(showrunner)};
const nothing = async () => null;
export default defineCrew({ research: nothing, script: nothing, audio: nothing });`,
  );
  const url = `restate+${cluster.ingress.join(',')}#commanded`;
  const port = 30_000 + (process.pid % 10_000);
  const environment = { SHOWRUNNER_URL: url };
  const served = start(
    join(folder, 'worker'),
    ['restate', 'serve', '--port', String(port), '--crew', crewFile, '--lease', '2'],
    environment,
  );
  onTestFinished(() => served.kill('SIGKILL'));
  await served.said('Serving');
  await cluster.register(port);
  const manager = await ProductionStateManager.connect({
    log: new RestateLog({ addresses: cluster.ingress, production: 'commanded' }),
    directory: join(folder, 'mine'),
  });
  onTestFinished(() => manager.close().catch(() => {}));
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const ended = new AbortController();
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const mine = manager.produce(
    sessionId,
    defineCrew({
      research: async ({ signal }) => {
        begin();
        await once(signal, 'abort');
        return null;
      },
      script: async () => null,
      audio: async () => null,
    }),
    { signal: ended.signal, leaseMs: 5_000 },
  );
  await begun;
  const entrusted = start(join(folder, 'third'), ['restate', 'entrust', '1'], environment);
  expect((await entrusted.ended).stdout).toContain(sessionId);
  // Refused meanwhile, and tried again: Restate tells of it while it does.
  const failures = async (): Promise<string> => {
    const asked = await fetch(`${cluster.nodes[0]?.admin ?? ''}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({
        query: "select last_failure from sys_invocation where target_service_name = 'ShowrunnerEpisode'",
      }),
    });
    return asked.text();
  };
  await expect.poll(failures, { timeout: 20_000 }).toMatch(/worked on|claim/);
  ended.abort();
  expect((await mine).outcome).toBe('interrupted');
  await served.said(`${sessionId}: complete`);
  expect((await manager.getEpisodeState(sessionId)).status).toBe('complete');
  await expectSound(manager);
});
