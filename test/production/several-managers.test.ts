import { describe, expect, test, vi } from 'vitest';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { memoryProduction } from '../../src/testing/index.js';
import { expectSound, openProduction, readJson } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

describe('several managers on one production', () => {
  test('given one was opened before, when another has committed and written its documents, then the first counts it in every sum', async () => {
    const directory = temporaryDirectory();
    const first = await openProduction(directory);
    const sessionId = await first.createEpisodeSession({ episodeNum: 1, topic: 'Ahead' });
    await first.close();
    // It knows the episode from state.json alone.
    const reader = await openProduction(directory);
    const writer = await openProduction(directory);
    await writer.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.10' });
    await writer.close();
    expect(await reader.getTotalSpending()).toBe(0.1);
    expect((await reader.listEpisodes()).map(({ total_cost: cost }) => cost)).toEqual([0.1]);
    expect(await reader.getEpisodeCost(sessionId)).toBe(0.1);
    expect((await reader.getGlobalMetrics()).total_cost).toBe(0.1);
    await expectSound(reader);
  });

  test('given one commits without pause, when another asks, then it answers with everything that was acknowledged before', async () => {
    const directory = temporaryDirectory();
    const [busy, other] = [await openProduction(directory), await openProduction(directory)];
    const sessionId = await busy.createEpisodeSession({ episodeNum: 1, topic: 'Busy' });
    const own = Array.from({ length: 200 }, (_, n) =>
      busy.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.000001', key: `own-${n}` }),
    );
    for (let n = 1; n <= 20; n += 1) {
      await other.addCost({ sessionId, phase: 'script', operation: 'step', cost: '0.01', key: `other-${n}` });
      own.push(
        busy.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.000001', key: `more-${n}` }),
      );
      expect(await busy.getPhaseCost(sessionId, 'script')).toBe(n / 100);
    }
    await Promise.all(own);
    expect(await other.getPhaseCost(sessionId, 'research')).toBe(0.00022);
    await expectSound(other);
  });

  test('given two handles that commit the very same at the same moment, then both are counted', async () => {
    const { manager, disk, clock } = await memoryProduction({ segmentBytes: 1000 });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Twins' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    const twin = (await memoryProduction({ disk, clock, segmentBytes: 1000 })).manager;
    const rounds = 30;
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(
        [manager, twin].map((each) =>
          each.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.01' }),
        ),
      );
    }
    expect((await manager.getEpisodeState(sessionId)).total_cost).toBe((rounds * 2) / 100);
    const { segments } = manager.production.inspect();
    expect(segments.reduce((sum, { voidLines }) => sum + voidLines, 0)).toBeGreaterThan(0);
  });

  test('given one has shown a later state, when another replaces the document by an older one, then the later one is shown again', async () => {
    const directory = temporaryDirectory();
    const shown = (): unknown => readJson(directory, sessionId, 'session.json')['total_cost'];
    let sessionId = '';
    let goOn: (() => void) | undefined;
    let afterRename: unknown;
    const disk: Disk = {
      ...nodeDisk,
      async renameLater(from, to) {
        const isFirst = goOn === undefined;
        if (isFirst) await new Promise<void>((resolve) => (goOn = resolve));
        nodeDisk.rename(from, to);
        if (isFirst) afterRename = shown();
      },
    };
    const late = await openProduction(directory, { disk });
    sessionId = await late.createEpisodeSession({ episodeNum: 1, topic: 'Overtaken' });
    await vi.waitFor(() => expect(goOn).toBeDefined(), 5000);
    const early = await openProduction(directory);
    await early.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.10' });
    await early.production.show();
    expect(shown()).toBe(0.1);
    goOn?.();
    await vi.waitFor(() => expect(afterRename).toBe(0), 5000);
    await vi.waitFor(() => expect(shown()).toBe(0.1), 5000);
    await expectSound(early);
  });
});
