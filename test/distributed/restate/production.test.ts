import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../../src/index.js';
import { RestateLog, serveRestate, type Served } from '../../../src/restate/index.js';
import { expectSound, journalText } from '../../support/production.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { buildPackage } from '../../support/worker.js';
import { startCluster, type Cluster } from './cluster.js';

let cluster: Cluster;
let worker: Served;
beforeAll(async () => {
  buildPackage();
  [cluster, worker] = await Promise.all([startCluster(1), serveRestate({ port: 0 })]);
  await cluster.register(worker.port);
});
afterAll(async () => {
  await worker.close();
  cluster.stop();
});

async function connect(production: string, directory: string): Promise<ProductionStateManager> {
  const log = new RestateLog({ addresses: cluster.ingress, production });
  const manager = await ProductionStateManager.connect({ log, directory });
  onTestFinished(async () => await manager.close().catch(() => undefined));
  return manager;
}

test('given four machines that pay for one episode all the time, then the cap is exact, nothing is lost, and every folder has the same journal', async () => {
  const production = randomUUID();
  const folders = Array.from({ length: 4 }, temporaryDirectory);
  const machines = await Promise.all(folders.map(async (folder) => await connect(production, folder)));
  const [first, last] = [machines[0], machines[3]];
  if (first === undefined || last === undefined) throw new Error('there are four');
  const sessionId = await first.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  await last.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const reserved = await Promise.all(
    machines.flatMap((machine, which) =>
      Array.from({ length: 6 }, async (_, index) => {
        const key = `${String(which)}/${String(index)}`;
        return await machine
          .reserveCost({ sessionId, phase: 'research', operation: 'ask', key, maxCost: '0.50' })
          .then(
            () => 1,
            (error: { code?: string }) => error.code,
          );
      }),
    ),
  );
  // An episode may cost 7.00 and no more.
  expect(reserved.filter((each) => each === 1)).toHaveLength(14);
  expect(new Set(reserved.filter((each) => each !== 1)).size).toBe(1);
  for (const machine of machines) {
    await machine.getEpisodeState(sessionId);
    await expectSound(machine);
  }
  expect(new Set(folders.map(journalText)).size).toBe(1);
});

test('given a machine is killed amid a paid call, when another goes on, then the provider was called once and the call is held', async () => {
  let calls = 0;
  let called = (): void => {};
  const calledOnce = new Promise<void>((resolve) => (called = resolve));
  const provider = createServer(() => {
    calls += 1;
    called();
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  onTestFinished(() => {
    provider.closeAllConnections();
    provider.close();
  });
  const production = randomUUID();
  const looking = await connect(production, temporaryDirectory());
  const sessionId = await looking.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const begin = () => {
    const work = {
      log: { addresses: cluster.ingress, production },
      directory: temporaryDirectory(),
      sessionId,
      url: `http://127.0.0.1:${String((provider.address() as AddressInfo).port)}`,
    };
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('../support/calling.mjs', import.meta.url)), JSON.stringify(work)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };
  const killed = begin();
  await calledOnce;
  killed.kill('SIGKILL');
  await once(killed, 'close');
  expect(JSON.parse(await text(begin().stdout))).toEqual({ outcome: 'waiting' });
  expect(calls).toBe(1);
  const { total_cost } = await looking.getEpisodeState(sessionId);
  expect(total_cost).toBe(0);
  await expectSound(looking);
});
