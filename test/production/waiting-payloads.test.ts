import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SavedCheckpoint } from '../../machines/index.js';
import type { ProductionStateManager } from '../../src/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const mebibyte = 1024 * 1024;
const each = 60 * 1024;
const names = Array.from({ length: 16 }, (_, index) => `notes_${index}`);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

// Documents wait until somebody closes the production.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Notes that differ from one checkpoint to the next. */
function notesOf(sessionId: string, name: string): { notes: string } {
  return { notes: `${sessionId} ${name} `.padEnd(each, 'what the bees do in winter ') };
}

async function startEpisode(manager: ProductionStateManager, episodeNum: number): Promise<string> {
  const sessionId = await manager.createEpisodeSession({ episodeNum, topic: 'Bees' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  return sessionId;
}

async function saveAll(manager: ProductionStateManager, sessionIds: readonly string[]): Promise<void> {
  for (const sessionId of sessionIds)
    for (const checkpointName of names)
      await manager.createCheckpoint({ sessionId, checkpointName, data: notesOf(sessionId, checkpointName) });
}

/** Hears of each checkpoint that is saved, and says how many bytes of their payloads are still in memory. */
function watchPayloads(manager: ProductionStateManager): () => number {
  const seen: { payload: WeakRef<object>; bytes: number }[] = [];
  manager.production.onCommit(({ steps }) => {
    for (const { event } of steps) {
      const saved: SavedCheckpoint | undefined = 'checkpoint' in event ? event.checkpoint : undefined;
      if (saved?.payload) seen.push({ payload: new WeakRef(saved.payload), bytes: saved.bytes });
    }
  });
  return () => {
    collectGarbage();
    return seen.reduce((sum, { payload, bytes }) => sum + (payload.deref() ? bytes : 0), 0);
  };
}

/** The text of every document of a checkpoint, by its path. */
function documentsIn(directory: string): Record<string, string> {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  const shown = paths.filter((path) => /\/checkpoint\.json$|\/checkpoints\/[a-z_0-9]+\.json$/.test(path));
  return Object.fromEntries(shown.map((path) => [path, readFileSync(join(directory, path), 'utf8')]));
}

describe('payloads of checkpoints whose documents wait', () => {
  test('given 9 MB of them wait, then no more than 8 MB are in memory; given they are shown, then none are, and there is room again', async () => {
    const manager = await openProduction(join(temporaryDirectory(), 'production'));
    const heldBytes = watchPayloads(manager);
    for (const round of [0, 1]) {
      const sessionIds = [];
      for (let index = 1; index <= 10; index += 1)
        sessionIds.push(await startEpisode(manager, round * 10 + index));
      await saveAll(manager, sessionIds);
      const waiting = heldBytes();
      // The engine has the last event until the next one.
      expect(waiting).toBeLessThan(8 * mebibyte + 2 * each);
      expect(waiting).toBeGreaterThan(7 * mebibyte);
      await manager.production.show();
      expect(heldBytes()).toBeLessThan(2 * each);
    }
    await manager.close();
  });

  test('given a name is saved again and again, then its last payload is in memory, and none of those before', async () => {
    const manager = await openProduction(join(temporaryDirectory(), 'production'));
    const heldBytes = watchPayloads(manager);
    const sessionId = await startEpisode(manager, 1);
    for (let time = 0; time < 150; time += 1)
      await manager.createCheckpoint({
        sessionId,
        checkpointName: 'notes',
        data: notesOf(sessionId, `${time}`),
      });
    await manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: 0.01 });
    const waiting = heldBytes();
    expect(waiting).toBeGreaterThanOrEqual(each);
    expect(waiting).toBeLessThan(2 * each);
    expect((await manager.loadCheckpoint(sessionId, 'notes')).data).toEqual(notesOf(sessionId, '149'));
    await manager.close();
  });

  test('given more of them wait than are kept in memory, when their documents are written, then each is to the byte what it is when it is made again', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const manager = await openProduction(directory);
    const sessionIds = [];
    for (let index = 1; index <= 10; index += 1) sessionIds.push(await startEpisode(manager, index));
    await saveAll(manager, sessionIds);
    await manager.close();
    const before = documentsIn(directory);
    expect(Object.keys(before)).toHaveLength(10 * (names.length + 1));
    for (const sessionId of sessionIds)
      for (const name of names)
        expect(JSON.parse(before[`${sessionId}/checkpoints/${name}.json`] ?? '{}')).toMatchObject({
          data: notesOf(sessionId, name),
        });
    for (const path of Object.keys(before)) rmSync(join(directory, path));
    rmSync(join(directory, 'state.json'));
    for (const sessionId of sessionIds) rmSync(join(directory, sessionId, 'session.json'));
    await (await openProduction(directory)).close();
    expect(documentsIn(directory)).toEqual(before);
  });
});
