import { describe, expect, test } from 'vitest';
import { dayWarnings, episodeWarnings } from '../../src/reports/index.js';
import { expectSound, openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

async function given(policy: object) {
  const manager = await openProduction(temporaryDirectory(), { policy });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Warned' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const heard: unknown[] = [];
  for (const type of ['budget:warning', 'total:warning', 'daily:warning', 'daily:stopped'] as const)
    manager.on(type, ({ type: said, spent }: { type: string; spent: number }) => heard.push([said, spent]));
  const spend = (cost: string) => manager.addCost({ sessionId, phase: 'research', operation: 'query', cost });
  const warned = async (): Promise<unknown[]> =>
    [
      ...episodeWarnings((await manager.getSnapshot(sessionId)).context),
      ...dayWarnings(manager.production.today(), manager.production.policy.warnAtPercent),
    ].map(({ scope, percent }) => [scope, percent]);
  return { manager, sessionId, heard, spend, warned };
}

describe('what comes near its end', () => {
  test('given a phase, an episode and a day, when spending reaches the share at which policy warns, then each is told once, and stays listed', async () => {
    const { manager, heard, spend, warned } = await given({
      budgets: { research: '1', total: '2' },
      dailyCap: '3',
    });
    await spend('0.799999');
    expect([heard, await warned()]).toEqual([[], []]);
    await spend('0.000001');
    expect([heard, await warned()]).toEqual([[['budget:warning', 800_000]], [['research', 80]]]);
    await spend('0.80');
    expect(heard.slice(1)).toEqual([['total:warning', 1_600_000]]);
    await spend('0.10');
    expect(heard).toHaveLength(2);
    expect(await warned()).toEqual([
      ['research', 170],
      ['total', 85],
    ]);
    await expectSound(manager);
  });

  test("given two episodes, when together they reach the day's share, then the day is told, once, with the policy's percent", async () => {
    const { manager, heard, spend, warned } = await given({ dailyCap: '2', warnAtPercent: 50 });
    await spend('0.90');
    const other = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Other' });
    await manager.updatePhase({ sessionId: other, phase: 'research', status: 'active' });
    const cost = { sessionId: other, phase: 'research', operation: 'query' } as const;
    await manager.addCost({ ...cost, cost: '0.099999' });
    expect(heard).toEqual([]);
    await manager.addCost({ ...cost, cost: '0.000001' });
    await manager.addCost({ ...cost, cost: '0.20' });
    expect(heard).toEqual([['daily:warning', 1_000_000]]);
    expect(await warned()).toEqual([['day', 60]]);
  });

  test('given a cost that uses up the day at once, then its stop is told, and no warning before it', async () => {
    const { heard, spend } = await given({ dailyCap: '1', budgets: { research: '9', total: '9' } });
    await spend('1');
    expect(heard).toEqual([['daily:stopped', 1_000_000]]);
  });
});
