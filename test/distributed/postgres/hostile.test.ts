import { Client } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager, type RemoteLog } from '../../../src/index.js';
import { PostgresLog } from '../../../src/postgres/index.js';
import { Database } from '../../../src/postgres/database.js';
import { GuardedClient } from '../../../src/postgres/guarded-client.js';
import { crcIn, landingOf } from '../../support/log-contract.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { startPostgres, type PostgresServer } from './server.js';

let server: PostgresServer;
let client: Client;
beforeAll(async () => {
  server = await startPostgres();
  client = new Client({ connectionString: server.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

/** A machine that hears nothing of others. */
async function machineOn(production: string): Promise<ProductionStateManager> {
  const log: RemoteLog = new PostgresLog({ url: server.url, production });
  log.follow = () => () => {};
  const manager = await ProductionStateManager.connect({ log, directory: temporaryDirectory() });
  onTestFinished(() => manager.close().catch(() => {}));
  return manager;
}

async function commit(manager: ProductionStateManager): Promise<string> {
  return manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' }).then(
    () => 'made',
    (error: unknown) => String((error as { code?: string }).code),
  );
}

const plant = `insert into showrunner_log (production, position, ends, key, bytes)
  select $1, max(ends) + $2::bigint, max(ends) + $3::bigint, 'theirs', $4::bytea from showrunner_log where production = $1`;

test.each([
  ['behind a gap', [10, 14, 'row\n'], 'journal_damaged'],
  ['that ends where it does not', [0, 1e14, 'row\n'], 'journal_unavailable'],
  ['that ends before it begins', [0, -5, 'row\n'], 'journal_unavailable'],
  ['with half a line', [0, 4, '{"po'], 'journal_damaged'],
  ['that is empty', [0, 0, ''], 'journal_unavailable'],
] as const)(
  'given a stranger has written a row %s, then whoever commits is told, and nothing is written behind it',
  async (name, [from, to, bytes], code) => {
    const machine = await machineOn(name);
    const rows = async (): Promise<unknown> =>
      (await client.query('select count(*) from showrunner_log where production = $1', [name])).rows[0];
    await client.query(plant, [name, from, to, Buffer.from(bytes)]);
    const before = await rows();
    expect(await commit(machine)).toBe(code);
    expect(await rows()).toEqual(before);
  },
);

test.each([
  [`jsonb_set(landing::jsonb, '{crc}', '"ffffffff"')`],
  [`'{"crc":5}'`],
  [`'{}'`],
  [`'no JSON'`],
  ['null'],
])(
  'given a stranger has made %s of what is noted beside commits, then nothing is placed behind them that would follow nothing',
  async (lie) => {
    const log = new PostgresLog({ url: server.url, production: lie });
    onTestFinished(() => log.close());
    const bees = await log.land(landingOf(0, '00000000', 'bees'), 'a');
    const from = bees.lines[0]?.end ?? 0;
    const crc = crcIn(Buffer.from(await log.read(0)).toString());
    await log.land(landingOf(from, crc, 'owls'), 'b');
    const bats = landingOf(from, crc, 'bats');
    await client.query(`update showrunner_log set landing = ${lie} where production = $1`, [lie]);
    expect(await log.land(bats, 'c')).toMatchObject({ outcome: 'moved' });
  },
);

test('given an address with options, then they hold, and commits are durable all the same', async () => {
  const options = encodeURIComponent('-c search_path=public,bees -c synchronous_commit=off');
  const { config } = new Database({ url: `${server.url}?options=${options}`, production: 'options' });
  const asking = new GuardedClient(config);
  await asking.connect();
  onTestFinished(() => asking.end());
  const shown = async (name: string): Promise<unknown> => (await asking.query(`show ${name}`)).rows[0];
  expect(await shown('search_path')).toEqual({ search_path: 'public,bees' });
  expect(await shown('synchronous_commit')).toEqual({ synchronous_commit: 'on' });
});
