import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveRestate } from '../../../src/restate/index.js';
import { start } from '../../support/cli.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { startCluster, type Cluster } from './cluster.js';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster(1);
});
afterAll(() => {
  cluster.stop();
});

test('given Restate, when the doctor looks before it is served, then, and after its worker has gone, then each time he says what to do', async () => {
  const [node] = cluster.nodes;
  if (!node) throw new Error('there is one');
  const directory = join(temporaryDirectory(), 'copy');
  const environment = { SHOWRUNNER_URL: `restate+${node.ingress}#doctor`, RESTATE_ADMIN_URL: node.admin };
  const run = (...args: string[]) => start(directory, args, environment).ended;
  expect((await run('doctor')).stdout).toContain('nobody serves the log to Restate');
  const worker = await serveRestate({ port: 0 });
  await cluster.register(worker.port);
  expect((await run('create', '--topic', 'Why bees dance')).code).toBe(0);
  const well = await run('doctor', '--json');
  expect(well.json()).toMatchObject({ ok: true, log: { reachable: true } });
  expect(well.stdout).not.toContain('attention');
  await worker.close();
  const gone = await run('doctor');
  expect(gone.stdout).toContain('has not answered');
  expect(gone.stdout).toMatch(/ShowrunnerLog\/\S+\/look is backing-off after \d+ tries/);
  expect(gone.stdout).toContain('showrunner restate serve');
  expect(gone.code).toBe(0);
});
