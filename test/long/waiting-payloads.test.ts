import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { SavedCheckpoint } from '../../machines/index.js';
import type { ProductionStateManager } from '../../src/index.js';
import { nodeDisk } from '../../src/disk/index.js';
import { Documents } from '../../src/documents/index.js';
import { Journal } from '../../src/journal/index.js';
import { machineIdentity } from '../../src/production/machine-identity.js';
import { CheckpointProjection } from '../../src/projection/checkpoints.js';
import { Slices } from '../../src/projection/slices.js';
import { EpisodeStore } from '../../src/record/episode-store.js';
import { replaySession } from '../../src/record/replay.js';
import type { Committed, DecidedStep } from '../../src/record/step.js';
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

/** Hears of each checkpoint that is saved: how many they were, and how many bytes of their payloads are still in memory. */
function watchPayloads(manager: ProductionStateManager): { count: () => number; heldBytes: () => number } {
  const seen: { payload: WeakRef<object>; bytes: number }[] = [];
  manager.production.onCommit(({ steps }) => {
    for (const { event } of steps) {
      const saved: SavedCheckpoint | undefined = 'checkpoint' in event ? event.checkpoint : undefined;
      if (saved?.payload) seen.push({ payload: new WeakRef(saved.payload), bytes: saved.bytes });
    }
  });
  const heldBytes = (): number => {
    collectGarbage();
    return seen.reduce((sum, { payload, bytes }) => sum + (payload.deref() ? bytes : 0), 0);
  };
  return { count: () => seen.length, heldBytes };
}

/** The text of every document of a checkpoint, by its path. */
function documentsIn(directory: string): Record<string, string> {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
  const shown = paths.filter((path) => /\/checkpoint\.json$|\/checkpoints\/[a-z_0-9]+\.json$/.test(path));
  return Object.fromEntries(shown.map((path) => [path, readFileSync(join(directory, path), 'utf8')]));
}

function tooLargeToKeep(step: DecidedStep): DecidedStep {
  if (!('checkpoint' in step.event)) throw new Error('a step that saves a checkpoint is needed');
  return {
    ...step,
    event: { ...step.event, checkpoint: { ...step.event.checkpoint, bytes: 33 * mebibyte } },
  };
}

describe('payloads of checkpoints whose documents wait', () => {
  test('given 36 MB of them wait, then no more than 32 MB are in memory; given they are shown, then none are, and there is room again', async () => {
    const manager = await openProduction(join(temporaryDirectory(), 'production'));
    const { heldBytes } = watchPayloads(manager);
    for (const round of [0, 1]) {
      const sessionIds = [];
      for (let index = 1; index <= 40; index += 1)
        sessionIds.push(await startEpisode(manager, round * 40 + index));
      await saveAll(manager, sessionIds);
      const waiting = heldBytes();
      // The engine has the last event until the next one.
      expect(waiting).toBeLessThan(32 * mebibyte + 2 * each);
      expect(waiting).toBeGreaterThan(31 * mebibyte);
      await manager.production.show();
      expect(heldBytes()).toBeLessThan(2 * each);
    }
    await manager.close();
  });

  test('given a name is saved again and again, then its last payload is in memory, and none of those before', async () => {
    const manager = await openProduction(join(temporaryDirectory(), 'production'));
    const { heldBytes } = watchPayloads(manager);
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

  test('given a handle only looks, when it has read what another one saves, then it keeps none of them', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const manager = await openProduction(directory);
    const sessionId = await startEpisode(manager, 1);
    const looking = await openProduction(directory, { readOnly: true });
    const { count, heldBytes } = watchPayloads(looking);
    looking.production.follow();
    await saveAll(manager, [sessionId]);
    looking.production.refresh();
    while (count() < names.length) await new Promise(setImmediate);
    expect(heldBytes()).toBeLessThan(2 * each);
    await looking.close();
    await manager.close();
  });

  for (const [segments, segmentBytes] of [
    ['segments as they are', undefined],
    ['segments that have been compressed', mebibyte],
  ] as const)
    test(`given more of them wait than are kept in memory, and the journal has the rest in ${segments}, when their documents are written, then each is to the byte what it is when it is made again`, async () => {
      const directory = join(temporaryDirectory(), 'production');
      const manager = await openProduction(directory, { segmentBytes });
      const sessionIds = [];
      for (let index = 1; index <= 40; index += 1) sessionIds.push(await startEpisode(manager, index));
      await saveAll(manager, sessionIds);
      const isCompressed = segmentBytes !== undefined;
      expect(isCompressed ? manager.production.compact().length : 20).toBeGreaterThan(10);
      await manager.close();
      const before = documentsIn(directory);
      expect(Object.keys(before)).toHaveLength(40 * (names.length + 1));
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

  test('given the journal has one in another place than was noted, when its document is written, then all that the journal says of its episode is looked through for it', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const manager = await openProduction(directory);
    const sessionId = await startEpisode(manager, 1);
    const committed: Committed[] = [];
    manager.production.onCommit((each) => committed.push(each));
    await manager.createCheckpoint({ sessionId, checkpointName: 'notes', data: notesOf(sessionId, 'notes') });
    await manager.close();
    const before = documentsIn(directory);
    for (const path of Object.keys(before)) rmSync(join(directory, path));

    const journal = Journal.open({
      directory: join(directory, 'journal'),
      disk: nodeDisk,
      machine: machineIdentity,
      program: 'test',
      now: () => '2026-11-30T00:00:00.000Z',
    });
    onTestFinished(() => journal.close());
    const store = new EpisodeStore(
      (id, position) => replaySession(journal, id, position),
      () => false,
    );
    const documents = new Documents({ directory, disk: nodeDisk });
    const checkpoints = new CheckpointProjection({
      documents,
      journal,
      store,
      machine: machineIdentity,
      refresh: () => {},
    });
    const [{ steps, end }] = committed as [Committed];
    const step = tooLargeToKeep(steps[0] as DecidedStep);
    checkpoints.note(step, [step], { position: 0, end });
    while (checkpoints.due > 0) await checkpoints.write(new Slices(false), 1);
    expect(documentsIn(directory)).toEqual(before);
  });
});
