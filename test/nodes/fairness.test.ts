import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { RestateLog, serveRestate } from '../../src/restate/index.js';
import { startCluster } from '../distributed/restate/cluster.js';
import { expectTold, startFour, storm } from '../distributed/support/four-machines.js';
import { longestSilence } from '../distributed/support/three-places.js';
import { buildPackage } from '../support/worker.js';

const seconds = Number(process.env['SHOWRUNNER_STORM_SECONDS'] ?? 12);

test('given four machines with 25 episodes each that commit all the time on three nodes, then nobody waits while another commits twenty times, and caps are exact', async () => {
  buildPackage();
  const [cluster, served] = await Promise.all([startCluster(3), serveRestate({ port: 0 })]);
  onTestFinished(async () => {
    cluster.stop();
    await served.close();
  });
  await cluster.register(served.port);
  const log = { addresses: cluster.ingress, production: randomUUID() };
  const machines = startFour(log, 25);
  await storm(machines, () => wait(seconds * 1000));
  const { longest, commits } = await expectTold(machines, new RestateLog(log));
  console.info(
    `${commits.join(', ')} commits in ${seconds} s; longest wait ${longest} rounds, silence ${longestSilence(machines)} s`,
  );
  expect(longest).toBeLessThanOrEqual(20);
});
