import { describe, expect, test } from 'vitest';
import type { ProductionStateManager } from '../../src/index.js';
import { memoryProduction } from '../../src/testing/index.js';
import { expectSound } from '../support/production.js';

const policy = { budgets: { research: 100_000, total: 100_000 }, dailyCap: 100_000 };

/** The journal's bytes for a thousand commits of an episode, from each thousand on. */
async function bytesOfThousands(
  { production }: ProductionStateManager,
  pay: (n: number) => Promise<unknown>,
): Promise<number[]> {
  const bytes: number[] = [];
  for (let n = 0; n < 5000; n += 1000) {
    const before = production.position;
    // In turns, since what is paid at once is paid in one commit's time.
    for (let at = n; at < n + 1000; at += 50)
      await Promise.all(Array.from({ length: 50 }, (_, index) => pay(at + index)));
    bytes.push(production.position - before);
  }
  return bytes;
}

// Cases from the field: 37.
describe('an episode that has settled thousands of keys', () => {
  test('given costs with keys, then the five-thousandth writes as much as an early one, and each counts once, also after a restart', async () => {
    const { manager, disk, clock } = await memoryProduction({ policy });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Keys' });
    const pay = (by: ProductionStateManager, n: number) =>
      by.addCost({ sessionId, phase: 'research', operation: 'op', cost: '0.0001', key: `k${n}` });
    const bytes = await bytesOfThousands(manager, (n) => pay(manager, n));
    expect((bytes.at(-1) ?? 0) / (bytes[0] ?? 0)).toBeLessThan(1.5);
    expect((await pay(manager, 17)).total_cost).toBe(0.5);
    await expect(
      manager.addCost({ sessionId, phase: 'research', operation: 'op', cost: '0.2', key: 'k4711' }),
    ).rejects.toMatchObject({ code: 'key_reused' });
    await manager.close();
    const again = (await memoryProduction({ policy, disk, clock })).manager;
    expect((await pay(again, 4711)).total_cost).toBe(0.5);
    expect((await pay(again, 5000)).total_cost).toBe(0.5001);
    await again.close();
  });

  test('given calls that are reserved and settled, then the same, and the audit finds nothing', async () => {
    const { manager } = await memoryProduction({ policy });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Keys' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    const call = async (n: number): Promise<void> => {
      const key = `call/${n}`;
      await manager.reserveCost({ sessionId, phase: 'research', operation: 'op', key, maxCost: '0.01' });
      await manager.settleCost({ sessionId, key, cost: '0.0001' });
    };
    const bytes: number[] = [];
    for (let n = 0; n < 600; n += 200) {
      const before = manager.production.position;
      for (let at = n; at < n + 200; at += 1) await call(at);
      bytes.push(manager.production.position - before);
    }
    expect((bytes.at(-1) ?? 0) / (bytes[0] ?? 0)).toBeLessThan(1.5);
    await expectSound(manager);
    await manager.close();
  });
});
