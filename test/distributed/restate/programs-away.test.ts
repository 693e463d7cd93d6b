import { expect, onTestFinished, test } from 'vitest';
import { serveRestate } from '../../../src/restate/index.js';
import { expectProgramsGoOn } from '../support/programs-away.js';
import { startCluster } from './cluster.js';

test('given mcp and studio, when Restate is killed and comes back, then both show the copy, change nothing, and go on', async () => {
  expect.hasAssertions();
  const [cluster, worker] = await Promise.all([startCluster(1), serveRestate({ port: 0 })]);
  onTestFinished(async () => {
    await worker.close();
    cluster.stop();
  });
  await cluster.register(worker.port);
  const [node] = cluster.nodes;
  if (!node) throw new Error('a cluster has a node');
  await expectProgramsGoOn({
    url: node.ingress.replace('http://', 'restate+http://'),
    kill: () => node.kill(),
    start: () => node.start(),
  });
});
