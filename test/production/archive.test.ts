import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProductionStateManager } from '../../src/index.js';
import { fixedClock, type FixedClock } from '../../src/testing/index.js';
import { expectSound, openProduction, readJson } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

/** Ends `count` episodes that cost 0.01 each; a month goes by after each hundred. */
async function endEpisodes(
  manager: ProductionStateManager,
  clock: FixedClock,
  count: number,
): Promise<string[]> {
  const made: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    const sessionId = await manager.createEpisodeSession({ episodeNum: n, topic: `Episode ${n}` });
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.01' });
    for (const phase of ['research', 'script', 'audio'] as const)
      await manager.skipPhase({ sessionId, phase, reason: 'made elsewhere' });
    made.push(sessionId);
    clock.advance(n % 100 === 0 ? 31 * 86_400_000 : 1000);
  }
  return made;
}

async function answers(manager: ProductionStateManager, ids: string[]): Promise<unknown[]> {
  const states = [];
  for (const id of ids) states.push(await manager.getEpisodeState(id));
  return [
    states,
    await manager.getTotalSpending(),
    await manager.getProductionMetrics(),
    (await manager.getGlobalMetrics()).total_episodes,
    (await manager.getSpending()).per_operation,
  ];
}

describe('archived months', { timeout: 300_000 }, () => {
  test('given 350 ended episodes, when they are archived, then state.json stays bounded, totals stay exact, and every answer stays the same', async () => {
    const directory = temporaryDirectory();
    const clock = fixedClock();
    const options = { clock, policy: { dailyCap: '1000' } };
    const manager = await openProduction(directory, options);
    const other = await openProduction(directory, options);
    const ids = await endEpisodes(manager, clock, 350);
    const active = await manager.createEpisodeSession({ episodeNum: 999, topic: 'Still active' });
    expect(await other.getTotalSpending()).toBe(3.5);
    await manager.close();
    const shown = readJson(directory, 'state.json');
    const listed = Object.keys(shown['completed_episodes'] as object).length;
    expect([listed >= 200, listed <= 300]).toEqual([true, true]);
    expect(Object.keys(shown['active_episodes'] as object)).toEqual([active]);
    expect(shown).toMatchObject({ total_cost: 3.5, total_episodes: 351 });
    expect(readdirSync(join(directory, 'archive')).sort()).toEqual(['2025-09.json', '2025-10.json']);

    // Opened again, archived episodes answer, and a late cost on one of them is counted once.
    const again = await openProduction(directory, options);
    const [first, second] = [String(ids[0]), String(ids[1])];
    expect(await again.getTotalSpending()).toBe(3.5);
    expect(await again.getEpisodeState(first)).toMatchObject({
      status: 'complete',
      total_cost: 0.01,
      topic: 'Episode 1',
    });
    expect(await again.getTotalSpending()).toBe(3.5);
    await again.addCost({
      sessionId: first,
      phase: 'research',
      operation: 'late',
      cost: '0.50',
      key: 'late',
    });
    await again.addCost({
      sessionId: first,
      phase: 'research',
      operation: 'late',
      cost: '0.50',
      key: 'late',
    });
    expect(await again.getTotalSpending()).toBe(4);
    // The one that was open all the while has it in its own list or archive: its sums agree.
    expect(await other.getTotalSpending()).toBe(4);
    await other.addCost({ sessionId: second, phase: 'research', operation: 'late', cost: '0.25' });
    expect([
      await again.getTotalSpending(),
      await again.getEpisodeCost(second),
      await again.getTotalSpending(),
    ]).toEqual([4.25, 0.26, 4.25]);
    expect((await again.getGlobalMetrics()).total_episodes).toBe(351);
    await expectSound(again);
    const before = await answers(again, ids);
    await again.close();
    await other.close();
    expect(readJson(directory, 'state.json')).toMatchObject({ total_cost: 4.25, total_episodes: 351 });
    expect(statSync(join(directory, 'state.json')).size).toBeLessThan(400_000);

    const third = await openProduction(directory, options);
    expect(await answers(third, ids)).toEqual(before);
    await third.close();

    // Without the archive's documents, and without those of the sessions, the journal knows.
    rmSync(join(directory, 'archive'), { recursive: true });
    rmSync(join(directory, first, 'session.json'));
    const fourth = await openProduction(directory, options);
    expect(await fourth.getEpisodeCost(first)).toBe(0.51);
    expect(await answers(fourth, ids)).toEqual(before);
    await fourth.close();

    for (const name of readdirSync(directory))
      if (name !== 'journal') rmSync(join(directory, name), { recursive: true });
    const fifth = await openProduction(directory, options);
    expect(await answers(fifth, ids)).toEqual(before);
    await fifth.close();
    expect(
      Object.keys(readJson(directory, 'state.json')['completed_episodes'] as object).length,
    ).toBeLessThanOrEqual(300);
    expect(readJson(directory, 'state.json')).toMatchObject({ total_cost: 4.25, total_episodes: 351 });
  });

  test('given two managers that both archive, when costs come late on both, then each total is exact', async () => {
    const directory = temporaryDirectory();
    const clock = fixedClock();
    const options = { clock, policy: { dailyCap: '1000' } };
    const [a, b] = [await openProduction(directory, options), await openProduction(directory, options)];
    const ids = await endEpisodes(a, clock, 310);
    await b.getTotalSpending();
    await a.production.show();
    await b.production.show();
    for (const [index, sessionId] of ids.slice(0, 6).entries()) {
      await (index % 2 === 0 ? a : b).addCost({ sessionId, phase: 'audio', operation: 'late', cost: '0.10' });
      if (index % 3 === 0) await a.production.show();
      if (index % 3 === 1) await b.production.show();
      const expected = Math.round(310 + 10 * (index + 1)) / 100;
      expect([index, await a.getTotalSpending(), await b.getTotalSpending()]).toEqual([
        index,
        expected,
        expected,
      ]);
    }
    await expectSound(a);
    await expectSound(b);
    await a.close();
    await b.close();
    const again = await openProduction(directory, options);
    expect(await again.getTotalSpending()).toBe(3.7);
    await expectSound(again);
  });

  test('given a folder stands where the archive belongs, when a link is in its place, then it is refused and the journal has everything', async () => {
    const directory = temporaryDirectory();
    const manager = await openProduction(directory);
    mkdirSync(join(directory, 'state.json'));
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'In the way' });
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' });
    await expect(manager.close()).rejects.toMatchObject({ code: 'path_refused' });
    rmSync(join(directory, 'state.json'), { recursive: true });
    const again = await openProduction(directory);
    expect(await again.getEpisodeCost(sessionId)).toBe(0.1);
  });
});
