import { beforeAll, expect, test } from 'vitest';
import { PostgresLog } from '../../../src/postgres/index.js';
import { buildPackage } from '../../support/worker.js';
import { stormOverMidnight } from '../support/days.js';
import { upgradeAmid } from '../support/upgraded.js';
import { postgresForAll } from './for-all.js';

beforeAll(buildPackage);
const server = postgresForAll();

test('given four machines, two of them an hour off, when the log’s day ends amid their storm, then each day’s cap is exact, and all is booked on its day', async () => {
  const log = { url: server.url, production: 'days' };
  expect(await stormOverMidnight(log, () => new PostgresLog(log))).toEqual({
    held: [48_000_000, 48_000_000],
    withinCap: true,
    onTheirDay: true,
    machines: 4,
  });
});

test('given four machines that commit all the time, when the chart’s next version writes, then each is refused, and what they had committed is whole', async () => {
  const log = { url: server.url, production: 'upgraded' };
  const { refused, lost, after } = await upgradeAmid(log, () => new PostgresLog(log));
  expect(refused).toEqual(Array.from({ length: 4 }, () => 'production_upgraded'));
  expect({ lost, after }).toEqual({ lost: [], after: 0 });
});
