import { describe, expect, test } from 'vitest';
import type { ProductionStateManager } from '../../src/index.js';
import { nodeDisk, type Disk } from '../../src/disk/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

/** A disk that counts which documents are read from it. */
function readingDisk(): { disk: Disk; read: string[] } {
  const read: string[] = [];
  const disk: Disk = {
    ...nodeDisk,
    readFile(path) {
      const bytes = nodeDisk.readFile(path);
      if (bytes) read.push(path.split('/').slice(-2).join('/'));
      return bytes;
    },
  };
  return { disk, read };
}

async function end(manager: ProductionStateManager, episodeNum: number): Promise<string> {
  const sessionId = await manager.createEpisodeSession({ episodeNum, topic: `Episode ${episodeNum}` });
  for (const phase of ['research', 'script', 'audio'] as const)
    await manager.skipPhase({ sessionId, phase, reason: 'for the test' });
  return sessionId;
}

describe('documents that this handle wrote itself', () => {
  test('given an episode that was taken to its end, shown, and archived, when all is shown, then none of its documents was read', async () => {
    const { disk, read } = readingDisk();
    const manager = await openProduction(temporaryDirectory(), { disk });
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
    for (const phase of ['research', 'script', 'audio'] as const) {
      await manager.updatePhase({ sessionId, phase, status: 'active' });
      await manager.createCheckpoint({ sessionId, checkpointName: `${phase}_notes`, data: { phase } });
      await manager.updatePhase({ sessionId, phase, status: 'complete' });
    }
    await manager.production.show();
    await manager.archiveEpisode(sessionId);
    await manager.production.show();
    expect(read.filter((path) => !path.endsWith('/state.json'))).toEqual([]);
    await manager.close();
  });

  test('given more ended episodes than are kept in memory, when each is looked at, then only the oldest are read again, and all are as they were', async () => {
    const { disk, read } = readingDisk();
    const manager = await openProduction(temporaryDirectory(), { disk });
    const ids: string[] = [];
    for (let number = 1; number <= 132; number += 1) {
      ids.push(await end(manager, number));
      if (number % 20 === 0) await manager.production.show();
    }
    await manager.production.show();
    const before = read.length;
    const statuses = ids.map((id) => manager.production.episode(id as never).value);
    expect(new Set(statuses)).toEqual(new Set(['complete']));
    const again = read.slice(before).filter((path) => path.endsWith('session.json'));
    expect(again).toHaveLength(4);
    // Those of one round are written at the same time, so that any of them may be the oldest.
    expect(ids.slice(0, 20)).toEqual(expect.arrayContaining(again.map((path) => path.split('/')[0])));
    await manager.close();
  });
});
