import { expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { MemoryDisk } from '../../src/testing/index.js';
import { live, policy } from '../support/provider-scripts/live.js';
import { startScriptedProvider } from '../support/provider-scripts/provider.js';

const scripts = 16;

test('given scripts of a provider that fails in every way, before, amid and after sending, then its invoice is what the books say at every stop but for held calls, and no call is made again without leave', async () => {
  const provider = await startScriptedProvider();
  const next = Array.from({ length: scripts }, (_, index) => index + 1);
  const play = async (): Promise<void> => {
    for (let seed = next.shift(); seed !== undefined; seed = next.shift()) {
      const manager = await ProductionStateManager.open({
        directory: '/production',
        disk: new MemoryDisk(),
        policy,
      });
      try {
        const { booked, held } = await live(manager, provider.url, seed);
        expect({ seed, booked, held }).toEqual({ seed, booked: provider.invoice(seed), held: [] });
        expect(await manager.verify()).toMatchObject({ ok: true, problems: [] });
      } finally {
        await manager.close();
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, play));
  expect(provider.violations).toEqual([]);
  expect(provider.seen.size).toBeGreaterThan(20);
});
