import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RestateLog, serveRestate, type Served } from '../../../src/restate/index.js';
import { buildPackage } from '../../support/worker.js';
import { stormOverMidnight } from '../support/days.js';
import { upgradeAmid } from '../support/upgraded.js';
import { startCluster, type Cluster } from './cluster.js';

let cluster: Cluster;
let served: Served;
beforeAll(async () => {
  buildPackage();
  [cluster, served] = await Promise.all([startCluster(1), serveRestate({ port: 0 })]);
  await cluster.register(served.port);
});
afterAll(async () => {
  await served.close();
  cluster.stop();
});

test('given four machines, two of them an hour off, when the log’s day ends amid their storm, then each day’s cap is exact, and all is booked on its day', async () => {
  const log = { addresses: cluster.ingress, production: randomUUID() };
  expect(await stormOverMidnight(log, () => new RestateLog(log))).toEqual({
    held: [48_000_000, 48_000_000],
    withinCap: true,
    onTheirDay: true,
    machines: 4,
  });
});

test('given four machines that commit all the time, when the chart’s next version writes, then each is refused, and what they had committed is whole', async () => {
  const log = { addresses: cluster.ingress, production: randomUUID() };
  const { refused, lost, after } = await upgradeAmid(log, (chart) => new RestateLog({ ...log, chart }));
  expect(refused).toEqual(Array.from({ length: 4 }, () => 'production_upgraded'));
  expect({ lost, after }).toEqual({ lost: [], after: 0 });
});
