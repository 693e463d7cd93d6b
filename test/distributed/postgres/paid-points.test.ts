import { beforeAll, expect, test } from 'vitest';
import { PostgresLog } from '../../../src/postgres/index.js';
import { buildPackage } from '../../support/worker.js';
import { paidAtEachPoint } from '../support/paid-points.js';
import { postgresForAll } from './for-all.js';

beforeAll(buildPackage);
const server = postgresForAll();

test('given a paid call whose worker, log or connection is lost at any of 23 points, then the provider is called once, or the call is held', async () => {
  const urlAt = (port: number): string => {
    const url = new URL(server.url);
    url.port = String(port);
    return url.href;
  };
  const { found, expected } = await paidAtEachPoint({
    port: Number(new URL(server.url).port),
    at: (port, production) => ({ url: urlAt(port), production }),
    open: (production) => new PostgresLog({ url: server.url, production }),
    kill: server.kill,
    start: server.start,
  });
  expect(found).toEqual(expected);
});
