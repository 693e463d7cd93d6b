import { describe, expect, test } from 'vitest';
import type { ProductionStateManager } from '../../src/index.js';
import { MemoryDisk, memoryProduction } from '../../src/testing/index.js';
import { overlaid } from '../support/overlaid-disk.js';

const cost = { phase: 'research' as const, operation: 'search', cost: '0.25', key: 'once' };

async function begun(disk: MemoryDisk) {
  const { manager } = await memoryProduction({ disk });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Once' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  return { manager, sessionId };
}

/** A handle with a disk of its own making on top of the shared one. */
async function openOn(disk: MemoryDisk, changed: Partial<MemoryDisk>): Promise<ProductionStateManager> {
  return (await memoryProduction({ disk: overlaid(disk, changed) })).manager;
}

describe('who changes nothing', () => {
  test('given the same cost twice at once, when the power goes before it is on disk, then neither is told that it is', async () => {
    const disk = new MemoryDisk();
    const { manager, sessionId } = await begun(disk);
    disk.onCall = ({ name }) => (name === 'sync' ? 'crash' : undefined);
    const told = await Promise.allSettled([
      manager.addCost({ sessionId, ...cost }),
      manager.addCost({ sessionId, ...cost }),
    ]);
    expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  test('given the same cost twice at once, when its sync fails and the line is saved, then the one is told that it is unknown and the other that it is there', async () => {
    const disk = new MemoryDisk();
    const { manager, sessionId } = await begun(disk);
    let failures = 0;
    disk.onCall = ({ name, path }) =>
      name === 'sync' && path.includes('journal') && (failures += 1) === 1 ? 'EIO' : undefined;
    const told = await Promise.allSettled([
      manager.addCost({ sessionId, ...cost }),
      manager.addCost({ sessionId, ...cost }),
    ]);
    expect(told.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    const { manager: after } = await memoryProduction({ disk: disk.powerCut() });
    expect(await after.getEpisodeCost(sessionId)).toBe(0.25);
  });

  test('given another process wrote the cost and has not synced it, when this one is told that it is there, then it is on disk', async () => {
    const disk = new MemoryDisk();
    const { sessionId } = await begun(disk);
    const careless = await openOn(disk, { sync: () => {} });
    await careless.addCost({ sessionId, ...cost });
    const { manager: careful } = await memoryProduction({ disk });
    await careful.addCost({ sessionId, ...cost });
    const { manager: after } = await memoryProduction({ disk: disk.powerCut() });
    expect(await after.getEpisodeCost(sessionId)).toBe(0.25);
  });

  test('given a refusal because of what another caller did at the same time, when that did not get to the disk, then it is decided again', async () => {
    const disk = new MemoryDisk();
    const { manager, sessionId } = await begun(disk);
    let writes = 0;
    disk.onCall = ({ name, path }) =>
      name === 'write' && path.includes('journal') && (writes += 1) === 1 ? 'ENOSPC' : undefined;
    const told = await Promise.allSettled([manager.pause({ sessionId }), manager.pause({ sessionId })]);
    expect(told).toMatchObject([
      { status: 'rejected', reason: { code: 'journal_unavailable' } },
      { status: 'fulfilled' },
    ]);
    await expect(manager.pause({ sessionId })).rejects.toMatchObject({ code: 'wrong_state' });
  });
});

describe('a session id that is claimed', () => {
  test('given a creation of the same second is on its way to a slow disk, then it is another one', async () => {
    const disk = new MemoryDisk();
    const gates: (() => void)[] = [];
    const slow = await openOn(disk, {
      sync(fd) {
        const until = performance.now() + 10;
        while (performance.now() < until);
        disk.sync(fd);
      },
      syncLater: (fd) => new Promise<void>((resolve) => gates.push(resolve)).then(() => disk.sync(fd)),
    });
    const first = await slow.createEpisodeSession({ episodeNum: 1, topic: 'Slow' });
    const creating = slow.createEpisodeSession({ episodeNum: 2, topic: 'On its way' });
    await expect.poll(() => gates.length).toBeGreaterThan(0);
    const claimed = slow.production.claimId(2);
    for (const open of gates.splice(0)) open();
    const created = await creating;
    expect(first).toContain('ep_001');
    expect(claimed).not.toBe(created);
  });
});

describe('documents', () => {
  test('given another process wrote a commit that it has not synced, when the power goes before it is on disk, then no document has shown it', async () => {
    const disk = new MemoryDisk();
    const { sessionId } = await begun(disk);
    const gates: (() => void)[] = [];
    let isOpen = false;
    const careful = await openOn(disk, {
      async renameLater(from, to) {
        if (!isOpen) await new Promise<void>((resolve) => gates.push(resolve));
        disk.rename(from, to);
      },
    });
    await careful.recordQuality({ sessionId, name: 'engagement_score', value: 0.5 });
    const flushing = careful.production.show();
    await expect.poll(() => gates.length).toBeGreaterThan(0);
    const careless = await openOn(disk, { sync: () => {} });
    await careless.addCost({ sessionId, ...cost });
    isOpen = true;
    disk.onCall = ({ name, path }) =>
      path.includes('journal') && name.startsWith('sync') ? 'crash' : undefined;
    for (const open of gates) open();
    await expect(flushing).rejects.toThrow('could not be synced');
    const { manager: after } = await memoryProduction({ disk: disk.powerCut() });
    expect(await after.getEpisodeCost(sessionId)).toBe(0);
    expect((await after.verify()).problems).toEqual([]);
  });
});
