import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { mayMount, mountSmall } from '../support/mount.js';
import { costKeys, expectDocumentsParse, expectSound, openProduction } from '../support/production.js';

/** Fills what is left of a file system, but for a few bytes. */
function fill(directory: string, leave: number): void {
  const { bavail, bsize } = statfsSync(directory);
  writeFileSync(join(directory, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - leave)));
}

// Where mounting is not permitted these are skipped; in CI they fail instead, so that nobody believes they ran.
describe.skipIf(!mayMount && !process.env['CI'])('a real disk', () => {
  test('given the disk fills up, when work goes on, then what was acknowledged is there, and room is all it takes to go on', async () => {
    const { directory } = mountSmall(512);
    const production = join(directory, 'production');
    const manager = await openProduction(production);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Full' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    fill(directory, 20_000);
    const acknowledged: string[] = [];
    const payUntilRefused = async (): Promise<never> => {
      for (let n = 0; ; n += 1) {
        await manager.addCost({
          sessionId,
          phase: 'research',
          operation: 'step',
          cost: '0.001',
          key: `k${n}`,
        });
        acknowledged.push(`k${n}`);
      }
    };
    await expect(payUntilRefused()).rejects.toMatchObject({
      code: 'journal_unavailable',
      remedy: 'operator',
      message: expect.stringContaining('free space'),
    });
    expect(acknowledged.length).toBeGreaterThan(5);
    await expect(
      manager.createCheckpoint({ sessionId, checkpointName: 'x', data: 'x'.repeat(200_000) }),
    ).rejects.toMatchObject({ code: 'document_unavailable', message: expect.stringContaining('free space') });
    rmSync(join(directory, 'ballast'));
    // The same process goes on, and so does the next.
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.001', key: 'room' });
    await manager.close();
    expectDocumentsParse(production);
    const again = await openProduction(production);
    const keys = await costKeys(again, sessionId);
    expect(keys).toEqual(expect.arrayContaining([...acknowledged, 'room']));
    expect(new Set(keys).size).toBe(keys.length);
    await expectSound(again);
  });

  test('given the file system turns read-only, when calls are made, then they are refused with an advice and reading goes on', async () => {
    const { directory, readOnly } = mountSmall(512);
    const production = join(directory, 'production');
    const manager = await openProduction(production);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Read-only' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active', cost: '0.1' });
    await manager.close();
    readOnly(true);
    await expect(ProductionStateManager.open({ directory: join(directory, 'new') })).rejects.toMatchObject({
      code: 'journal_unavailable',
      remedy: 'operator',
    });
    const reader = await openProduction(production, { readOnly: true });
    expect(await reader.getEpisodeCost(sessionId)).toBe(0.1);
    await expectSound(reader);
    await expect(
      reader.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' }),
    ).rejects.toMatchObject({ code: 'production_closed' });
    await reader.close();
    const writer: unknown = await ProductionStateManager.open({ directory: production }).then(
      async (opened) => {
        const refused: unknown = await opened
          .addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' })
          .catch((reason: unknown) => reason);
        await opened.close().catch(() => {});
        return refused;
      },
      (reason: unknown) => reason,
    );
    expect(writer).toMatchObject({
      code: 'journal_unavailable',
      remedy: 'operator',
      message: expect.stringContaining('read-only'),
    });
    readOnly(false);
    const again = await openProduction(production);
    await again.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1' });
    expect(await again.getEpisodeCost(sessionId)).toBe(0.2);
    await expectSound(again);
    await again.close();
  });
});
