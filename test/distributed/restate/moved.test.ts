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

test('given a production of files, when it is moved to Restate, then the next commits land behind what was moved', async () => {
  const [node] = cluster.nodes;
  if (!node) throw new Error('there is one');
  const directory = join(temporaryDirectory(), 'copy');
  const environment = { SHOWRUNNER_URL: `restate+${node.ingress}#doctor`, RESTATE_ADMIN_URL: node.admin };
  const run = (...args: string[]) => start(directory, args, environment).ended;
  const files = (...args: string[]) => start(directory, args).ended;
  const worker = await serveRestate({ port: 0 });
  await cluster.register(worker.port);
  expect((await files('create', '--topic', 'Why bees dance')).code).toBe(0);
  await files('phase', '1', 'research', 'active');
  const moved = await files('export', '--into', environment.SHOWRUNNER_URL, '--json');
  expect(moved.stdout + moved.stderr).toContain('"verified":true');
  // What was moved there stands in the way of nobody: the object decides upon it.
  expect((await run('cost', '1', 'research', 'ask', '0.25')).stdout).toContain('$0.25');
  expect((await run('create', '--topic', 'Why wasps do not')).code).toBe(0);
  expect((await run('verify')).stdout).toContain('Everything holds');
  await worker.close();
});
