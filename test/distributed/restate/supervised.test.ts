import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../../src/index.js';
import { RestateLog, entrust } from '../../../src/restate/index.js';
import { expectSound } from '../../support/production.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { buildPackage } from '../../support/worker.js';
import { startCluster } from './cluster.js';

test('given an episode is entrusted to Restate, when its worker is killed amid a phase, then another one goes on and ends it', async () => {
  buildPackage();
  const cluster = await startCluster(1);
  onTestFinished(() => cluster.stop());
  const asked: { by: string; answer: ServerResponse }[] = [];
  const provider = createServer((request, answer) => {
    void text(request).then((by) => asked.push({ by, answer }));
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  onTestFinished(() => {
    provider.closeAllConnections();
    provider.close();
  });
  const production = randomUUID();
  const port = 30_000 + (process.pid % 10_000);
  const begin = async (): Promise<{ worker: ChildProcess; directory: string }> => {
    const directory = temporaryDirectory();
    const url = `http://127.0.0.1:${String((provider.address() as AddressInfo).port)}`;
    const work = { addresses: cluster.ingress, production, directory, port, url };
    const file = fileURLToPath(new URL('supervised.mjs', import.meta.url));
    const worker = spawn(process.execPath, [file, JSON.stringify(work)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void worker.kill('SIGKILL'));
    await once(worker.stdout, 'data');
    return { worker, directory };
  };
  const first = await begin();
  await cluster.register(port);
  const looking = await ProductionStateManager.connect({
    log: new RestateLog({ addresses: cluster.ingress, production }),
    directory: temporaryDirectory(),
  });
  onTestFinished(() => looking.close().catch(() => {}));
  const sessionId = await looking.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  await entrust({ addresses: cluster.ingress, production }, sessionId);
  await expect.poll(() => asked.length, { timeout: 30_000 }).toBe(1);
  first.worker.kill('SIGKILL');
  await once(first.worker, 'exit');
  const second = await begin();
  await expect.poll(() => asked.length, { timeout: 40_000 }).toBe(2);
  asked[1]?.answer.end('notes');
  await expect
    .poll(async () => (await looking.getEpisodeState(sessionId)).status, { timeout: 40_000, interval: 250 })
    .toBe('complete');
  expect(asked.map(({ by }) => by)).toEqual([first.directory, second.directory]);
  await expectSound(looking);
});
