import type { TestProject } from 'vitest/node';
import { serveRestate } from '../../../src/restate/index.js';
import { startCluster } from '../restate/cluster.js';

/** A log on one node of Restate for a whole run of suites. */
export default async function setUp({ provide }: TestProject): Promise<() => Promise<void>> {
  const [cluster, worker] = await Promise.all([startCluster(1), serveRestate({ port: 0 })]);
  await cluster.register(worker.port);
  // For the doctor's processes.
  process.env['RESTATE_ADMIN_URL'] = cluster.nodes[0]?.admin;
  provide('log', `restate+${cluster.ingress.join(',')}`);
  return async () => {
    await worker.close();
    cluster.stop();
  };
}
