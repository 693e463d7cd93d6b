import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { temporaryProduction } from '../../src/testing/index.js';
import { expectSound } from '../support/production.js';

async function given() {
  const production = await temporaryProduction();
  onTestFinished(() => production.remove());
  const { manager } = production;
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Keys' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  const use = { sessionId, phase: 'research' as const, operation: 'search', key: 'k' };
  return { ...production, sessionId, use };
}

const others = [
  ['operation', { operation: 'write' }],
  ['phase', { phase: 'script' as const }],
] as const;

describe('a key means one thing', () => {
  test.each([...others, ['amount', { cost: '0.11' }]] as const)(
    'given a cost under a key, when another %s is added under it, then both are shown and nothing is booked; the same again is nothing new',
    async (_what, change) => {
      const { manager, sessionId, use } = await given();
      await manager.addCost({ ...use, cost: '0.10' });
      const before = manager.production.position;
      await expect(manager.addCost({ ...use, cost: '0.10', ...change })).rejects.toMatchObject({
        code: 'key_reused',
        field: 'key',
        message: expect.stringMatching(/search in research for at most \$0\.10, and was asked for as /),
      });
      await manager.addCost({ ...use, cost: '0.10' });
      expect(manager.production.position).toBe(before);
      expect(await manager.getEpisodeCost(sessionId)).toBe(0.1);
    },
  );

  test.each([...others, ['amount', { maxCost: '0.51' }]] as const)(
    'given a reservation under a key, open or settled, when another %s is reserved under it, then both are shown',
    async (_what, change) => {
      const { manager, sessionId, use } = await given();
      await manager.reserveCost({ ...use, maxCost: '0.50' });
      const again = () => manager.reserveCost({ ...use, maxCost: '0.50', ...change });
      await expect(again()).rejects.toMatchObject({ code: 'key_reused' });
      await manager.settleCost({ sessionId, key: 'k', cost: '0.10' });
      await expect(again()).rejects.toMatchObject({ code: 'key_reused' });
      await expect(manager.reserveCost({ ...use, maxCost: '0.50' })).rejects.toMatchObject({
        code: 'operation_settled',
      });
      await expectSound(manager);
    },
  );

  test('given a cost that was corrected, when it is added again as it was first, then it is nothing new', async () => {
    const { manager, sessionId, use } = await given();
    await manager.addCost({ ...use, cost: '0.10' });
    await manager.correctCost({ sessionId, key: 'k', cost: '0.05', by: 'Ada', reason: 'the invoice' });
    await manager.addCost({ ...use, cost: '0.10' });
    expect(await manager.getEpisodeCost(sessionId)).toBe(0.05);
    await expect(manager.addCost({ ...use, cost: '0.05' })).rejects.toMatchObject({ code: 'key_reused' });
  });

  test('given a call that was reserved and settled, when the same cost comes again by addCost, then it is nothing new', async () => {
    const { manager, sessionId, use } = await given();
    await manager.reserveCost({ ...use, maxCost: '0.50' });
    await manager.settleCost({ sessionId, key: 'k', cost: '0.10' });
    await manager.addCost({ ...use, cost: '0.10' });
    expect(await manager.getEpisodeCost(sessionId)).toBe(0.1);
  });
});

describe('what was paid already', () => {
  test('given a clock that is two days behind the last commit, then a call is settled or released, on the day of its money, and nothing else is taken', async () => {
    const { manager, directory, clock, sessionId, use } = await given();
    for (const key of ['k', 'l', 'm']) await manager.reserveCost({ ...use, key, maxCost: '0.50' });
    const date = manager.production.today().date;
    const now = new Date(Date.parse(clock.now()) - 2 * 86_400_000).toISOString();
    const late = await ProductionStateManager.open({ directory, clock: { now: () => now } });
    onTestFinished(() => late.close());
    await late.settleCost({ sessionId, key: 'k', cost: '0.10', result: { found: 1 } });
    await late.releaseCost({ sessionId, key: 'l' });
    for (const refused of [
      () => late.reserveCost({ ...use, key: 'o', maxCost: '0.10' }),
      () => late.addCost({ ...use, key: 'n', cost: '0.05' }),
      () => late.pause({ sessionId }),
    ])
      await expect(refused()).rejects.toMatchObject({ code: 'clock_backwards' });
    expect((await manager.getSpending()).per_day).toEqual({ [date]: { spent: 0.1, reserved: 0.5 } });
    await expectSound(late);
  });

  test('given a hook that vetoes, when a large result or a checkpoint is to be kept, then no file of it is left', async () => {
    const { manager, directory, sessionId, use } = await given();
    await manager.reserveCost({ ...use, maxCost: '0.50' });
    const files = (): string[] =>
      readdirSync(join(directory, sessionId), { recursive: true, encoding: 'utf8' }).filter((file) =>
        /checkpoints./.test(file),
      );
    manager.hook({ before: () => 'not today' });
    const data = { text: 'x'.repeat(200_000) };
    for (const vetoed of [
      () => manager.settleCost({ sessionId, key: 'k', cost: '0.10', result: data }),
      () => manager.saveCheckpoint({ sessionId, phase: 'research', data }),
      () => manager.createCheckpoint({ sessionId, checkpointName: 'mine', data }),
      () => manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data }),
      () => manager.fulfillPhase({ sessionId, phase: 'research', reason: 'x', data }),
    ])
      await expect(vetoed()).rejects.toMatchObject({ code: 'vetoed' });
    expect(files()).toEqual([]);
  });
});
