import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { PostgresLog } from '../../../src/postgres/index.js';
import { buildPackage } from '../../support/worker.js';
import { expectTold, startFour, storm } from '../support/four-machines.js';
import { postgresForAll } from './for-all.js';

beforeAll(buildPackage);
const server = postgresForAll();

test('given the server is killed again and again while four machines commit, and one of them too, then what was acknowledged is there, once', async () => {
  const log = { url: server.url, production: 'killed' };
  const machines = startFour(log, 4);
  let before = 0;
  const count = (): number => machines.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  await storm(machines, async () => {
    await wait(1500);
    for (let times = 0; times < 3; times += 1) {
      await server.kill();
      before = count();
      await wait(1000);
      await server.start();
      await wait(2000);
      if (times === 1) machines[3]?.process.kill('SIGKILL');
    }
  });
  await expectTold(machines, new PostgresLog(log));
  // They went on after the last time.
  expect(count()).toBeGreaterThan(before);
});
