import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, createServer as createAddress, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { RestateLog, entrust, serveRestate } from '../../src/restate/index.js';
import { startCluster, type Cluster } from '../distributed/restate/cluster.js';
import { freePort } from '../support/free-port.js';
import { expectSound } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';
import { buildPackage } from '../support/worker.js';

interface Worker {
  said: () => string;
  signal: (name: NodeJS.Signals) => void;
  port: number;
}

let cluster: Cluster;
let production: string;
const asked: ServerResponse[] = [];
let url: string;
/** Where the one address leads that Restate knows. */
let leadsTo: number;
const ways: Socket[] = [];
let first: Worker;
let looking: ProductionStateManager;
let sessionId: string;

async function startWorker(): Promise<Worker> {
  const port = await freePort();
  const work = { addresses: cluster.ingress, production, directory: temporaryDirectory(), port, url };
  const file = fileURLToPath(new URL('zombie.mjs', import.meta.url));
  const worker = spawn(process.execPath, [file, JSON.stringify(work)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void worker.kill('SIGKILL'));
  let said = '';
  worker.stdout.on('data', (bytes) => (said += String(bytes)));
  await expect.poll(() => said, { timeout: 20_000 }).toContain('served');
  return { said: () => said, signal: (name) => void worker.kill(name), port };
}

/** Entrusts an episode to Restate, whose first worker calls the provider. */
async function begin(): Promise<void> {
  buildPackage();
  asked.length = 0;
  cluster = await startCluster(1);
  onTestFinished(() => cluster.stop());
  production = randomUUID();
  const provider = createServer((request, answer) => {
    void text(request).then(() => asked.push(answer));
  }).listen(0, '127.0.0.1');
  const address = createAddress((socket) => {
    const other = connect(leadsTo, '127.0.0.1');
    ways.push(socket);
    socket.pipe(other).pipe(socket);
    for (const each of [socket, other])
      each.on('error', () => [socket, other].forEach((end) => end.destroy()));
  }).listen(0, '127.0.0.1');
  await Promise.all([once(provider, 'listening'), once(address, 'listening')]);
  onTestFinished(() => {
    provider.closeAllConnections();
    provider.close();
    address.close();
  });
  url = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  first = await startWorker();
  leadsTo = first.port;
  const served = await serveRestate({ port: 0 });
  onTestFinished(() => served.close());
  await cluster.register(served.port);
  await cluster.register((address.address() as AddressInfo).port);
  const log = new RestateLog({ addresses: cluster.ingress, production });
  looking = await ProductionStateManager.connect({ log, directory: temporaryDirectory() });
  onTestFinished(() => looking.close().catch(() => {}));
  sessionId = await looking.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  await entrust({ addresses: cluster.ingress, production }, sessionId);
  await expect.poll(() => asked.length, { timeout: 30_000 }).toBe(1);
}

const attempts = ({ said }: Worker): number => said().split('begins').length - 1;
const status = async (): Promise<string> => (await looking.getEpisodeState(sessionId)).status;

test('given a worker works in silence past the time-outs of Restate and does not hear that its work was given away, then the provider is called once, and the episode ends', async () => {
  await begin();
  await expect.poll(() => attempts(first), { timeout: 40_000 }).toBeGreaterThanOrEqual(3);
  expect(first.said()).toContain('ends claimed_elsewhere');
  expect(asked).toHaveLength(1);
  asked[0]?.end('notes');
  await expect.poll(status, { timeout: 40_000, interval: 250 }).toBe('complete');
  expect(asked).toHaveLength(1);
  expect((await looking.getEpisodeState(sessionId)).total_cost).toBe(0.1);
  await expectSound(looking);
});

test('given a worker is frozen past its claim and thaws when another has taken its work up, then the provider was called once, and the call is held', async () => {
  await begin();
  first.signal('SIGSTOP');
  const second = await startWorker();
  leadsTo = second.port;
  // A frozen process closes nothing.
  for (const way of ways) way.destroy();
  await expect.poll(() => second.said(), { timeout: 60_000 }).toContain('ends waiting');
  first.signal('SIGCONT');
  asked[0]?.end('notes');
  await expect.poll(() => first.said(), { timeout: 40_000 }).toMatch(/ends \w+/);
  expect(first.said()).toContain('ends claim_lost');
  expect(asked).toHaveLength(1);
  await expectSound(looking);
});
