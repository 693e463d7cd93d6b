import { describe, expect, test } from 'vitest';
import { ProductionStateManager } from '../../src/index.js';
import { MemoryDisk } from '../../src/testing/index.js';

const directory = '/production';
const policy = { budgets: { research: '10', total: '10' }, dailyCap: '10' };

function open(disk: MemoryDisk, readOnly = false): Promise<ProductionStateManager> {
  return ProductionStateManager.open(readOnly ? { directory, disk, readOnly } : { directory, disk, policy });
}

function pay(manager: ProductionStateManager, sessionId: string, from: number, to: number): Promise<unknown> {
  return Promise.all(
    Array.from({ length: to - from }, (_, n) =>
      manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.1', key: `k${from + n}` }),
    ),
  );
}

/** An episode with ten paid steps, the last of which a power cut has left in a redo file only. */
async function cutOff(): Promise<{ disk: MemoryDisk; sessionId: string }> {
  const disk = new MemoryDisk({ redo: { bytes: 60_000, after: 3 } });
  const manager = await open(disk);
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  for (let n = 0; n < 10; n += 1) await pay(manager, sessionId, n, n + 1);
  return { disk: disk.powerCut(), sessionId };
}

describe('a production whose last commits a power cut has left in a redo file', () => {
  test('given somebody only looks, when others pay on, then both see the same, and no key is paid twice', async () => {
    const { disk, sessionId } = await cutOff();
    const looks = await open(disk, true);
    expect(await looks.getEpisodeCost(sessionId)).toBe(1);
    const writes = await open(disk);
    await pay(writes, sessionId, 5, 15);
    for (const manager of [looks, writes]) expect(await manager.getEpisodeCost(sessionId)).toBe(1.5);
    expect(await looks.history(sessionId)).toEqual(await writes.history(sessionId));
    await looks.close();
    await writes.close();
  });

  test('given the journal’s disk is full when it is opened, when there is room, then no key is paid twice, now and when it is opened again', async () => {
    const { disk, sessionId } = await cutOff();
    disk.onCall = ({ name, path }) =>
      path.includes('/journal') && (name === 'write' || name === 'link') ? 'ENOSPC' : undefined;
    const first = await open(disk);
    expect(await first.getEpisodeCost(sessionId)).toBe(1);
    await expect(pay(first, sessionId, 10, 11)).rejects.toMatchObject({ code: 'journal_unavailable' });
    // It shows what it knows, which those who come later begin from.
    await first.close();
    const second = await open(disk);
    disk.onCall = undefined;
    await pay(second, sessionId, 9, 12);
    expect(await second.getEpisodeCost(sessionId)).toBe(1.2);
    await second.close();
    const third = await open(disk.powerCut());
    expect(await third.getEpisodeCost(sessionId)).toBe(1.2);
    expect((await third.verify()).problems).toEqual([]);
    await third.close();
  });
});
