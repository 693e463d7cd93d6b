import { afterAll, beforeAll, expect, test } from 'vitest';
import { RestateLog, serveRestate, type Served } from '../../../src/restate/index.js';
import { buildPackage } from '../../support/worker.js';
import { paidAtEachPoint } from '../support/paid-points.js';
import { startCluster, type Cluster, type Node } from './cluster.js';

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

test('given a paid call whose worker, node or connection is lost at any of 23 points, then the provider is called once, or the call is held', async () => {
  const [node] = cluster.nodes as readonly [Node];
  const { found, expected } = await paidAtEachPoint({
    port: Number(new URL(node.ingress).port),
    at: (port, production) => ({ addresses: [`http://127.0.0.1:${port}`], production }),
    open: (production) => new RestateLog({ addresses: cluster.ingress, production }),
    kill: async () => node.kill(),
    start: () => node.start(),
  });
  expect(found).toEqual(expected);
});
