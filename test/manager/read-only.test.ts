import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ProductionStateManager } from '../../src/index.js';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const phase = 'research';

/** Every file and folder, with what it holds. */
function everything(directory: string): [string, string][] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .toSorted()
    .map((name) => {
      const path = join(directory, name);
      return [name, statSync(path).isDirectory() ? '' : readFileSync(path, 'latin1')];
    });
}

/** A production with an episode at work, one that was deleted, and a handle that may only look. */
async function lookedAt(): Promise<{
  directory: string;
  sessionId: string;
  deleted: string;
  looks: ProductionStateManager;
}> {
  const directory = join(temporaryDirectory(), 'production');
  const manager = await openProduction(directory, { segmentBytes: 2000 });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Looked at' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  await manager.createCheckpoint({ sessionId, checkpointName: 'begun', data: { notes: 1 } });
  await manager.reserveCost({ sessionId, phase, operation: 'query', maxCost: '0.10', key: 'open' });
  const deleted = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Deleted' });
  await manager.deleteEpisode({ sessionId: deleted, reason: 'no guest' });
  await manager.close();
  const looks = await openProduction(directory, { readOnly: true });
  onTestFinished(() => looks.close());
  return { directory, sessionId, deleted, looks };
}

type Given = Awaited<ReturnType<typeof lookedAt>>;
const calls: [string, (given: Given) => Promise<unknown>][] = [
  ['createEpisodeSession', ({ looks }) => looks.createEpisodeSession({ episodeNum: 3, topic: 'Third' })],
  ['updatePhase', ({ looks, sessionId }) => looks.updatePhase({ sessionId, phase, status: 'complete' })],
  [
    'addCost',
    ({ looks, sessionId }) => looks.addCost({ sessionId, phase, operation: 'query', cost: '0.10' }),
  ],
  [
    'reserveCost',
    ({ looks, sessionId }) =>
      looks.reserveCost({ sessionId, phase, operation: 'query', maxCost: '0.10', key: 'q' }),
  ],
  [
    'createCheckpoint',
    ({ looks, sessionId }) => looks.createCheckpoint({ sessionId, checkpointName: 'notes', data: { a: 1 } }),
  ],
  [
    'createCheckpoint, in a file of its own',
    ({ looks, sessionId }) =>
      looks.createCheckpoint({ sessionId, checkpointName: 'notes', data: { text: 'x'.repeat(100_000) } }),
  ],
  [
    'settleCost with a large result',
    ({ looks, sessionId }) =>
      looks.settleCost({ sessionId, key: 'open', cost: '0.10', result: 'x'.repeat(100_000) }),
  ],
  ['forkEpisode', ({ looks, sessionId }) => looks.forkEpisode({ sessionId, checkpointName: 'begun' })],
  ['pause', ({ looks, sessionId }) => looks.pause({ sessionId })],
  ['archiveEpisode', ({ looks, sessionId }) => looks.archiveEpisode(sessionId)],
  ['deleteEpisode', ({ looks, sessionId }) => looks.deleteEpisode({ sessionId, reason: 'no guest' })],
  [
    'deleteEpisode, again',
    ({ looks, deleted }) => looks.deleteEpisode({ sessionId: deleted, reason: 'no guest' }),
  ],
  ['unarchiveEpisode', ({ looks, deleted }) => looks.unarchiveEpisode(deleted)],
  [
    'changePolicy',
    ({ looks }) => looks.changePolicy({ set: { dailyCap: '20.00' }, by: 'Ada', reason: 'a lean month' }),
  ],
  ['production.show', async ({ looks }) => looks.production.show()],
  ['production.compact', ({ looks }) => new Promise((resolve) => resolve(looks.production.compact()))],
];

describe('a production that was opened read-only', () => {
  test.each(calls)('given %s, then it is refused and nothing is written', async (_name, call) => {
    const given = await lookedAt();
    for (const name of ['state.json', join(given.sessionId, 'session.json')])
      rmSync(join(given.directory, name));
    const before = everything(given.directory);
    await expect(call(given)).rejects.toMatchObject({
      code: 'production_closed',
      message: 'this production was opened read-only.',
    });
    await given.looks.close();
    expect(everything(given.directory)).toEqual(before);
  });
});
