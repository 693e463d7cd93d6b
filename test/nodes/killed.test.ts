import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { RestateLog } from '../../src/restate/index.js';
import { expectTold, startFour, storm } from '../distributed/support/four-machines.js';
import { countsOf, eachGoesOn, longestSilence } from '../distributed/support/three-places.js';
import { startCluster } from '../distributed/restate/cluster.js';
import { start } from '../support/cli.js';
import { makeTemporaryDirectory } from '../support/temporary.js';
import { buildPackage } from '../support/worker.js';

const downMs = 15_000;

test('given each node of three is killed for a quarter of a minute, the worker and a machine too, then what was acknowledged is there, once', async () => {
  buildPackage();
  const { directory, remove } = makeTemporaryDirectory();
  onTestFinished(remove);
  const port = 20_000 + (process.pid % 10_000);
  const serve = async (): Promise<ReturnType<typeof start>> => {
    const begun = start(directory, ['restate', 'serve', '--port', String(port), '--json']);
    await begun.said('"port"');
    return begun;
  };
  const [cluster, first] = await Promise.all([startCluster(3), serve()]);
  let worker = first;
  onTestFinished(async () => {
    cluster.stop();
    worker.kill('SIGKILL');
    await worker.ended;
  });
  await cluster.register(port);
  const log = { addresses: cluster.ingress, production: randomUUID() };
  const machines = startFour(log, 4);
  // Each node is one of three: who leads the log is among them.
  const silences: number[] = [];
  await storm(machines, async () => {
    await eachGoesOn(machines);
    for (const node of cluster.nodes) {
      const killedAt = performance.now();
      node.kill();
      await eachGoesOn(machines);
      await wait(downMs);
      await node.start();
      await eachGoesOn(machines);
      silences.push(longestSilence(machines, killedAt));
    }
    worker.kill('SIGKILL');
    await worker.ended;
    worker = await serve();
    await eachGoesOn(machines);
    machines[3]?.process.kill('SIGKILL');
    await eachGoesOn(machines.slice(0, 3));
  });
  console.info(`silences as each node was killed: ${silences.join(', ')} s`);
  await expectTold(machines, new RestateLog(log));
  expect(Math.min(...countsOf(machines))).toBeGreaterThan(0);
});
