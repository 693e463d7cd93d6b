import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../../src/index.js';
import { PostgresLog } from '../../../src/postgres/index.js';
import { logContract } from '../../support/log-contract.js';
import { exploreLandings } from '../../support/explore-landings.js';
import { costKeys, expectSound, journalText } from '../../support/production.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { postgresForAll } from './for-all.js';

const server = postgresForAll();
let productions = 0;

logContract('Postgres', async () => {
  productions += 1;
  const production = `production ${productions}`;
  return {
    connect: async () => new PostgresLog({ url: server.url, production }),
    kill: (client) => client.close(),
    end: async () => {},
  };
});

describe('a production on Postgres', () => {
  test('given machines that do anything at any time, then accounts are sound, caps hold, and nothing is lost or doubled', async () => {
    const counts = await exploreLandings(Number(process.env['SHOWRUNNER_LANDINGS'] ?? 4), () => {
      productions += 1;
      const production = `explored ${productions}`;
      return () => new PostgresLog({ url: server.url, production });
    });
    expect([...counts.keys()]).toEqual(expect.arrayContaining(['landed', 'behind others', 'moved']));
  });

  test('given two machines that commit all the time, then both folders say the same, and nothing is doubled or lost', async () => {
    const folders = [temporaryDirectory(), temporaryDirectory()];
    const managers: ProductionStateManager[] = [];
    for (const directory of folders) {
      const log = new PostgresLog({ url: server.url, production: 'two machines' });
      const manager = await ProductionStateManager.connect({ log, directory });
      onTestFinished(() => manager.close());
      managers.push(manager);
    }
    const [one] = managers as [ProductionStateManager];
    const sessionId = await one.createEpisodeSession({
      episodeNum: 1,
      topic: 'Bees',
      budgets: { research: '9.00' },
    });
    await Promise.all(
      managers.map(async (manager, index) => {
        for (let n = 0; n < 25; n += 1)
          await manager.addCost({
            sessionId,
            phase: 'research',
            operation: 'query',
            cost: '0.01',
            key: `${index}.${n}`,
          });
      }),
    );
    for (const manager of managers) {
      expect(new Set(await costKeys(manager, sessionId)).size).toBe(50);
      expect((await manager.getEpisodeState(sessionId)).total_cost).toBe(0.5);
      await expectSound(manager);
    }
    expect(journalText(folders[0] ?? '')).toBe(journalText(folders[1] ?? ''));
  });

  test('given a table that was made before commits were landed, when its user may not change it, then machines take turns, and its owner’s program changes it', async () => {
    const owner = new Client({ connectionString: server.url });
    await owner.connect();
    await owner.query('create database older');
    await owner.end();
    const url = server.url.replace(/postgres$/, 'older');
    const older = new Client({ connectionString: url });
    await older.connect();
    onTestFinished(() => older.end());
    await older.query(`
      create table showrunner_log (
        production text not null, position bigint not null, ends bigint not null, key text not null,
        at timestamptz not null default clock_timestamp(), bytes bytea not null,
        primary key (production, position), unique (production, key));
      create role guest login;
      grant select, insert on showrunner_log to guest`);
    const columns = async (): Promise<number> =>
      (
        await older.query(
          `select from pg_attribute where attrelid = 'showrunner_log'::regclass and attname = 'landing'`,
        )
      ).rowCount ?? 0;
    const commitWith = async (as: string): Promise<void> => {
      const machines = await Promise.all(
        [1, 2].map(async () => {
          const log = new PostgresLog({ url: as, production: 'older' });
          const machine = await ProductionStateManager.connect({ log, directory: temporaryDirectory() });
          onTestFinished(() => machine.close());
          return machine;
        }),
      );
      await Promise.all(
        machines.map(async (machine, index) => {
          const phase = 'research';
          const sessionId = await machine.createEpisodeSession({ key: `${as} ${index}`, topic: 'Bees' });
          await machine.updatePhase({ sessionId, phase, status: 'active' });
          for (let n = 0; n < 5; n += 1)
            await machine.addCost({ sessionId, phase, operation: 'query', cost: '0.01', key: `${n}` });
          expect(new Set(await costKeys(machine, sessionId)).size).toBe(5);
        }),
      );
      for (const machine of machines) await expectSound(machine);
    };
    await commitWith(url.replace('showrunner@', 'guest@'));
    expect(await columns()).toBe(0);
    await commitWith(url);
    expect(await columns()).toBe(1);
    expect((await older.query('select from showrunner_log')).rowCount).toBeGreaterThanOrEqual(28);
  });

  test('given no server answers, then it is said without the password', async () => {
    const log = new PostgresLog({ url: 'postgres://ada:hunter2-hunter2@127.0.0.1:1/db', production: 'bees' });
    const refused: unknown = await log.end().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'journal_unavailable' });
    expect(JSON.stringify(refused) + String(refused)).not.toContain('hunter2');
    await log.close();
  });
});
