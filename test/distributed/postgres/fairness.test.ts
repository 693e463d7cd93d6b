import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { PostgresLog } from '../../../src/postgres/index.js';
import { buildPackage } from '../../support/worker.js';
import { expectTold, startFour, storm } from '../support/four-machines.js';
import { postgresForAll } from './for-all.js';

beforeAll(buildPackage);
const server = postgresForAll();

const seconds = Number(process.env['SHOWRUNNER_STORM_SECONDS'] ?? 6);

test('given four machines with 25 episodes each that commit all the time, then nobody waits while another commits twenty times, and caps are exact', async () => {
  const log = { url: server.url, production: 'fairness' };
  const machines = startFour(log, 25);
  await storm(machines, () => wait(seconds * 1000));
  const { longest } = await expectTold(machines, new PostgresLog(log));
  expect(longest).toBeLessThanOrEqual(20);
});
