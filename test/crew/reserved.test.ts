import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { defineCrew, type PhaseContext, type PolicyInput } from '../../src/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const retry = { timeout: { attempts: 1, baseMs: 0, maxMs: 0 } };

async function given(policy: PolicyInput) {
  const manager = await openProduction(temporaryDirectory(), { policy: { retry, ...policy } });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  return { manager, sessionId };
}

/** Ten cheap calls at once, each of which might cost half a dollar. */
function tenAtOnce(cost = '0.02', begun: number[] = []) {
  return defineCrew({
    research: ({ operation }: PhaseContext) =>
      Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          operation('ask', { key: `k${n}`, maxCost: '0.50' }, async () => {
            begun.push(n);
            await sleep(5);
            return { result: n, cost };
          }),
        ),
      ),
    script: async () => null,
    audio: async () => null,
  });
}

describe('what is reserved is not spent', () => {
  test('given ten cheap calls at once that reserve more than the total, then they wait, in the order in which they came, and all complete', async () => {
    const { manager, sessionId } = await given({ budgets: { research: '2.00', total: '2.00' } });
    const begun: number[] = [];
    const told: string[] = [];
    let most = 0;
    manager.production.onCommit(() => {
      const { spent, reserved } = manager.production.episode(sessionId).context.money;
      most = Math.max(most, spent + reserved);
    });
    expect(
      await manager.produce(sessionId, tenAtOnce('0.02', begun), {
        onProgress: ({ message }) => told.push(message),
      }),
    ).toMatchObject({ outcome: 'complete', state: { total_cost: 0.2 } });
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(most).toBeLessThanOrEqual(2_000_000);
    expect(told[0]).toMatch(/waits for money that others have reserved/);
  });

  test("given the same at the day's cap, across episodes, then all complete", async () => {
    const { manager, sessionId } = await given({ dailyCap: '2.00' });
    const other = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Wasps' });
    const produced = await manager.produceAll([sessionId, other], tenAtOnce(), { concurrency: 2 });
    expect(produced).toMatchObject([{ outcome: 'complete' }, { outcome: 'complete' }]);
    expect(await manager.getTotalSpending()).toBe(0.4);
  });

  test('given what can never fit, then it fails with budget_exhausted', async () => {
    const { manager, sessionId } = await given({ budgets: { total: '2.00' } });
    expect(await manager.produce(sessionId, tenAtOnce('0.40'))).toMatchObject({
      outcome: 'failed',
      failure: { code: 'budget_exhausted' },
      state: { total_cost: 1.6 },
    });
  });

  test('given a held call in the way, then it says that it is a person’s turn, and goes on when it is released', async () => {
    const { manager, sessionId } = await given({ budgets: { total: '0.60' } });
    let isLost = true;
    const crew = defineCrew({
      async research({ operation }) {
        const ask = (key: string) =>
          operation('ask', { key, maxCost: '0.50' }, async () => {
            if (key === 'first' && isLost) throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
            return { result: key, cost: '0.01' };
          });
        await ask('first').catch(() => {});
        return ask('second');
      },
      script: async () => null,
      audio: async () => null,
    });
    const waiting = await manager.produce(sessionId, crew);
    expect(waiting).toMatchObject({ outcome: 'waiting', state: { total_cost: 0 } });
    expect(waiting.reason).toMatch(/first of ep_001_\S+ \(\$0\.50\).*person's turn/);
    isLost = false;
    await manager.releaseCost({ sessionId, key: 'first' });
    await manager.resumeEpisode(sessionId);
    expect(await manager.produce(sessionId, crew)).toMatchObject({
      outcome: 'complete',
      state: { total_cost: 0.02 },
    });
  });

  test('given a reservation of somebody else, when reserveCost is called, then it tells spent, reserved and left apart, and waits when it is asked to', async () => {
    const { manager, sessionId } = await given({ budgets: { total: '1.00' } });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    const reserve = (key: string, more: object = {}) =>
      manager.reserveCost({ sessionId, phase: 'research', operation: 'ask', key, maxCost: '0.60', ...more });
    await manager.addCost({ sessionId, phase: 'research', operation: 'ask', cost: '0.10' });
    await reserve('a');
    await expect(reserve('b')).rejects.toMatchObject({
      code: 'budget_reserved',
      remedy: 'retry',
      message: expect.stringMatching(/\$0\.10 is spent, \$0\.60 reserved and \$0\.30 left/),
    });
    await expect(reserve('b', { waitMs: 5 })).rejects.toMatchObject({ code: 'budget_reserved' });
    const waiting = reserve('b', { waitMs: 60_000 });
    await manager.settleCost({ sessionId, key: 'a', cost: '0.06' });
    expect(await waiting).toMatchObject({ total_cost: 0.16 });
  });

  test('given an episode that waits for its own budget, then another one, which has money, does not wait', async () => {
    const { manager, sessionId } = await given({ budgets: { total: '1.00' } });
    const other = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Wasps' });
    for (const id of [sessionId, other])
      await manager.updatePhase({ sessionId: id, phase: 'research', status: 'active' });
    const reserve = (id: string, key: string) =>
      manager.reserveCost({
        sessionId: id,
        phase: 'research',
        operation: 'ask',
        key,
        maxCost: '0.60',
        waitMs: 60_000,
      });
    await reserve(sessionId, 'a');
    const waiting = reserve(sessionId, 'b');
    const crew = defineCrew({
      research: ({ operation }: PhaseContext) =>
        operation('ask', { key: 'k', maxCost: '0.50' }, async () => ({ result: 1, cost: '0.02' })),
      script: async () => null,
      audio: async () => null,
    });
    expect(await manager.produce(other, crew)).toMatchObject({ outcome: 'complete' });
    await manager.settleCost({ sessionId, key: 'a', cost: '0.01' });
    expect(await waiting).toMatchObject({ total_cost: 0.01 });
  });

  test('given callers of reserveCost who wait, then each has his turn in the order in which they came', async () => {
    const { manager, sessionId } = await given({ budgets: { total: '1.00' } });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    const served: string[] = [];
    const reserve = (key: string, maxCost: string) =>
      manager
        .reserveCost({ sessionId, phase: 'research', operation: 'ask', key, maxCost, waitMs: 60_000 })
        .then(() => served.push(key));
    await reserve('a', '0.60');
    const waiting = [reserve('large', '0.90'), reserve('small', '0.05')];
    await manager.settleCost({ sessionId, key: 'a', cost: '0.01' });
    await Promise.all(waiting);
    expect(served).toEqual(['a', 'large', 'small']);
  });

  test('given a held call in the way, when reserveCost is asked to wait, then it says at once that it is a person’s turn', async () => {
    const { manager, sessionId } = await given({ budgets: { total: '0.60' } });
    const crew = defineCrew({
      research: ({ operation }: PhaseContext) =>
        operation('ask', { key: 'lost', maxCost: '0.50' }, async () => {
          throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
        }),
      script: async () => null,
      audio: async () => null,
    });
    await manager.produce(sessionId, crew);
    await manager.resumeEpisode(sessionId);
    await expect(
      manager.reserveCost({
        sessionId,
        phase: 'research',
        operation: 'ask',
        key: 'b',
        maxCost: '0.50',
        waitMs: 600_000,
      }),
    ).rejects.toMatchObject({ code: 'operation_held', message: expect.stringMatching(/lost of ep_001/) });
  });
});
