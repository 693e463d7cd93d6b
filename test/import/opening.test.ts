import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importOlder } from '../../src/import/index.js';
import { parseUsd } from '../../machines/index.js';
import { exportMetrics } from '../../src/reports/index.js';
import { scrape } from '../../src/studio/scrape.js';
import { productionView } from '../../src/studio/production-view.js';
import type { ProductionStateManager } from '../../src/index.js';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const id = 'ep_001_20240506_070809';
const phase = { status: 'active', cost: 1, start_time: '2024-05-06T07:08:09Z' };

function stateFile(money: object, directory = temporaryDirectory(), topic = 'Bees'): string {
  const path = join(directory, 'state.json');
  const state = { active_episodes: { [id]: { topic, phases: { research: phase } } }, ...money };
  writeFileSync(path, JSON.stringify(state));
  return path;
}

async function spent(manager: ProductionStateManager): Promise<object> {
  const { total, opening_balance: opening, per_day: days } = await manager.getSpending();
  return {
    total,
    opening,
    days: Object.fromEntries(Object.entries(days).map(([day, each]) => [day, each.spent])),
  };
}

describe('amounts that belong to no episode', () => {
  test('given a total beyond what the episodes have, when it is imported, then the rest is an opening balance of its day, which all sums have', async () => {
    const manager = await openProduction(temporaryDirectory());
    const path = stateFile({ total_cost: 4.250001, last_updated: '2024-06-07T00:00:00Z' });
    const { opening, report } = await importOlder(manager.production, path);
    expect(opening).toEqual([
      { where: 'state.json: total_cost', day: '2024-06-07', amount: 3.250001, was: 0 },
    ]);
    expect(report).toContainEqual({
      severity: 'warning',
      where: 'state.json: total_cost',
      what: 'it says 4.250001, the episodes that are understood sum to 1',
      decision: 'the rest is kept as an opening balance',
    });
    const whole = { total: 4.250001, opening: 3.250001, days: { '2024-05-06': 1, '2024-06-07': 3.250001 } };
    expect(await spent(manager)).toEqual(whole);
    expect(await manager.getTotalSpending()).toBe(4.250001);
    expect(await manager.getGlobalMetrics()).toMatchObject({
      total_cost: 4.250001,
      metrics: { avg_cost_per_episode: 1 },
    });
    expect(await manager.verify()).toMatchObject({ ok: true, spent: 4_250_001, opening: 3_250_001 });
    expect(await productionView(manager)).toMatchObject({ totalSpent: 4.250001, openingBalance: 3.250001 });
    expect(await scrape(manager)).toContain('showrunner_opening_balance_usd 3.250001\n');
    const metrics = {
      production: await manager.getProductionMetrics(),
      quality: await manager.getQualityMetrics(),
      spending: await manager.getSpending(),
    };
    expect(exportMetrics(metrics, 'csv')).toContain('opening_balance,,3.250001,dollars');
  });

  test('given an opening balance, when the production is opened again, with its documents and without, then it is there', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    await importOlder(manager.production, stateFile({ total_cost: 5, last_updated: '2024-06-07T00:00:00Z' }));
    const before = await spent(manager);
    await manager.close();
    const shown = JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8')) as { total_cost: number };
    expect(shown.total_cost).toBe(5);
    const again = await openProduction(directory);
    expect(await spent(again)).toEqual(before);
    await again.close();
    rmSync(join(directory, 'state.json'));
    const anew = await openProduction(directory);
    expect(await spent(anew)).toEqual(before);
    await expectSound(anew);
  });

  test('given the same import again, also from where the files were moved to, then nothing is counted twice', async () => {
    const older = temporaryDirectory();
    const manager = await openProduction(temporaryDirectory());
    const path = stateFile({ total_cost: 5, last_updated: '2024-06-07T00:00:00Z' }, older);
    await importOlder(manager.production, path);
    const { position } = manager.production;
    expect(await importOlder(manager.production, path)).toMatchObject({ opening: [] });
    const moved = join(temporaryDirectory(), 'old');
    renameSync(older, moved);
    mkdirSync(older);
    expect(await importOlder(manager.production, join(moved, 'state.json'))).toMatchObject({ opening: [] });
    expect(manager.production.position).toBe(position);
    expect(await manager.getTotalSpending()).toBe(5);
  });

  test('given a file that says something else at the next import, then the balance follows it, and that is told', async () => {
    const older = temporaryDirectory();
    const manager = await openProduction(temporaryDirectory());
    const at = { last_updated: '2024-06-07T00:00:00Z' };
    for (const [total, held] of [
      [5, 5],
      [6.5, 6.5],
      [2, 2],
      [1, 1],
    ] as const) {
      await importOlder(manager.production, stateFile({ total_cost: total, ...at }, older));
      expect(await manager.getTotalSpending()).toBe(held);
    }
    const { report } = await importOlder(manager.production, stateFile({ total_cost: 1, ...at }, older));
    expect(report.map(({ what }) => what)).toEqual(['it is in this production already']);
    await expectSound(manager);
  });

  test('given what was spent per day, then each day has what its episodes do not explain, as far as the total goes', async () => {
    const manager = await openProduction(temporaryDirectory());
    const { opening } = await importOlder(
      manager.production,
      stateFile({
        total_cost: 4,
        daily_costs: {
          '2024-05-06': 1.5,
          '2024-05-07': '$2.00',
          '2024-05-08': 9,
          nonsense: 1,
          '2024-05-09': -1,
        },
        last_updated: '2024-06-07T00:00:00Z',
      }),
    );
    expect(opening.map(({ day, amount }) => [day, amount])).toEqual([
      ['2024-05-06', 0.5],
      ['2024-05-07', 2],
      ['2024-05-08', 0.5],
    ]);
    expect(await spent(manager)).toMatchObject({ total: 4, days: { '2024-05-06': 1.5 } });
  });

  test('given money of days alone, without a total, then it is kept', async () => {
    const manager = await openProduction(temporaryDirectory());
    await importOlder(manager.production, stateFile({ daily_costs: { '2024-05-07': 2 } }));
    expect(await spent(manager)).toMatchObject({ total: 3, opening: 2 });
  });

  test('given a day that has not come, or today, then it counts today, and no more may be reserved than is left of it', async () => {
    const manager = await openProduction(temporaryDirectory());
    await importOlder(
      manager.production,
      stateFile({ total_cost: 50.5, last_updated: '2999-01-01T00:00:00Z' }),
    );
    const today = manager.production.today();
    expect([...manager.production.days().keys()]).toEqual(['2024-05-06', today.date]);
    expect(today.spent).toBe(parseUsd('49.5'));
    const sessionId = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Wasps' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    const ask = { sessionId, phase: 'research', operation: 'query', key: 'q' } as const;
    await expect(manager.reserveCost({ ...ask, maxCost: '0.51' })).rejects.toMatchObject({
      code: 'daily_cap_reached',
    });
    await manager.reserveCost({ ...ask, maxCost: '0.50' });
    await expectSound(manager);
  });

  test.each(['"a lot"', '-3', '1e309', 'NaN', '[1]', 'null'])(
    'given a total of %s, then the episodes are imported without an opening balance',
    async (total) => {
      const manager = await openProduction(temporaryDirectory());
      const path = stateFile({ total_cost: 'TOTAL' });
      writeFileSync(path, readFileSync(path, 'utf8').replace('"TOTAL"', total));
      const { imported, opening } = await importOlder(manager.production, path);
      expect({ imported, opening }).toEqual({ imported: [id], opening: [] });
    },
  );

  test('given two handles that import at once, then the balance is there once', async () => {
    const directory = temporaryDirectory();
    const [one, other] = [await openProduction(directory), await openProduction(directory)];
    const path = stateFile({ total_cost: 5, last_updated: '2024-06-07T00:00:00Z' });
    await Promise.all([importOlder(one.production, path), importOlder(other.production, path)]);
    expect(await one.getTotalSpending()).toBe(5);
    expect(await other.getTotalSpending()).toBe(5);
    await expectSound(one);
  });

  test('given a recorded balance that does not follow on the one before it, then the audit says so', async () => {
    const manager = await openProduction(temporaryDirectory());
    const balance = {
      source: '/old',
      where: 'state.json: total_cost',
      day: '2024-06-07',
      amount: parseUsd('1'),
    };
    await manager.production.commit(() => [{ opening: [{ ...balance, was: parseUsd('2') }] }]);
    const { problems } = await manager.verify();
    expect(problems.map(({ what }) => what)).toEqual([
      'the opening balance of state.json: total_cost was 0, and not 2000000',
    ]);
  });
});
