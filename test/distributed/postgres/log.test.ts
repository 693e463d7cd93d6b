import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../../src/index.js';
import { PostgresLog } from '../../../src/postgres/index.js';
import { logContract } from '../../support/log-contract.js';
import { exploreLandings } from '../../support/explore-landings.js';
import { costKeys, expectSound, journalText } from '../../support/production.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { startPostgres, type PostgresServer } from './server.js';

let server: PostgresServer;
let productions = 0;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
});

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

  test('given no server answers, then it is said without the password', async () => {
    const log = new PostgresLog({ url: 'postgres://ada:hunter2-hunter2@127.0.0.1:1/db', production: 'bees' });
    const refused: unknown = await log.end().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'journal_unavailable' });
    expect(JSON.stringify(refused) + String(refused)).not.toContain('hunter2');
    await log.close();
  });
});
