import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PostgresLog } from '../../src/postgres/index.js';
import { RestateLog, serveRestate } from '../../src/restate/index.js';
import { expectTold, startFour, storm } from '../distributed/support/four-machines.js';
import { countsOf, eachGoesOn } from '../distributed/support/three-places.js';
import { Volume, mayCutPower } from '../distributed/support/volume.js';
import { startPostgres } from '../distributed/postgres/server.js';
import { startCluster } from '../distributed/restate/cluster.js';
import { buildPackage } from '../support/worker.js';

const times = 3;

function makeVolume(): Volume {
  const volume = new Volume();
  onTestFinished(() => volume.remove());
  return volume;
}

describe.skipIf(!mayCutPower && !process.env['CI'])('power cuts', () => {
  test('given the power of all three nodes of Restate fails amid a storm, then what was acknowledged is there, once, and all go on', async () => {
    buildPackage();
    const volumes = [makeVolume(), makeVolume(), makeVolume()];
    const folders = volumes.map(({ directory }) => directory);
    const [cluster, served] = await Promise.all([startCluster(3, { folders }), serveRestate({ port: 0 })]);
    onTestFinished(async () => {
      cluster.stop();
      await served.close();
    });
    await cluster.register(served.port);
    const log = { addresses: cluster.ingress, production: randomUUID() };
    const machines = startFour(log, 4);
    await storm(machines, async () => {
      for (let time = 0; time < times; time += 1) {
        await eachGoesOn(machines);
        await wait(1500);
        for (const volume of volumes) volume.cut();
        for (const node of cluster.nodes) node.kill();
        await Promise.all(volumes.map((volume) => volume.restore()));
        await Promise.all(cluster.nodes.map((node) => node.start()));
      }
      await eachGoesOn(machines);
    });
    await expectTold(machines, new RestateLog(log));
    expect(Math.min(...countsOf(machines))).toBeGreaterThan(times);
  });

  test('given the power of Postgres fails amid a storm, then what was acknowledged is there, once, and all go on', async () => {
    buildPackage();
    const volume = makeVolume();
    const settings = process.env['SHOWRUNNER_POSTGRES_SETTINGS']?.split(',') ?? [];
    const server = await startPostgres({ parent: volume.directory, settings });
    onTestFinished(() => server.stop());
    const log = { url: server.url, production: 'power' };
    const machines = startFour(log, 4);
    await storm(machines, async () => {
      for (let time = 0; time < times; time += 1) {
        await eachGoesOn(machines);
        await wait(1500);
        volume.cut();
        await server.kill();
        await volume.restore();
        await server.start();
      }
      await eachGoesOn(machines);
    });
    await expectTold(machines, new PostgresLog(log));
    expect(Math.min(...countsOf(machines))).toBeGreaterThan(times);
  });
});
