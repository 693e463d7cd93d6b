import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RestateLog, serveRestate, type Served } from '../../../src/restate/index.js';
import { buildPackage } from '../../support/worker.js';
import { expectTold, startFour, storm } from '../support/four-machines.js';
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

const seconds = Number(process.env['SHOWRUNNER_STORM_SECONDS'] ?? 6);

test('given four machines with 25 episodes each that commit all the time, then nobody waits while another commits twenty times, and caps are exact', async () => {
  const log = { addresses: cluster.ingress, production: randomUUID() };
  const machines = startFour(log, 25);
  await storm(machines, () => wait(seconds * 1000));
  const { longest } = await expectTold(machines, new RestateLog(log));
  expect(longest).toBeLessThanOrEqual(20);
});
