import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ProductionStateManager, type OpenOptions } from '../../src/index.js';
import { importOlder } from '../../src/import/index.js';
import { temporaryProduction, type TemporaryProduction } from '../../src/testing/index.js';
import { expectSound } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const day = 24 * 3_600_000;

async function givenProduction(policy: OpenOptions['policy'] = {}): Promise<TemporaryProduction> {
  const production = await temporaryProduction({ policy });
  onTestFinished(() => production.remove());
  return production;
}

type Given = (manager: ProductionStateManager, sessionId: string) => Promise<unknown>;
const active: Given = (manager, sessionId) =>
  manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
const failedBy =
  (error: unknown): Given =>
  async (manager, sessionId) => {
    await active(manager, sessionId);
    await manager.markPhaseFailed({ sessionId, phase: 'research', error });
  };
const claimed: Given = (manager, sessionId) =>
  manager.send(sessionId, {
    type: 'lease.claim',
    holder: 'a worker',
    until: new Date(Date.parse(manager.production.now()) + 60_000).toISOString(),
  });

const called: Given = async (manager, sessionId) => {
  await active(manager, sessionId);
  const call = { phase: 'research', operation: 'query', maxCost: '0.50', key: 'q1' } as const;
  await manager.reserveCost({ sessionId, ...call });
};

/** What has to be left alone, and what is lost. */
const kinds: [string, 'left' | 'waiting' | 'archived', Given, OpenOptions['policy']?][] = [
  ['was only created', 'left', () => Promise.resolve()],
  [
    'was taken by hand as far as the next phase',
    'left',
    (manager, sessionId) => manager.updatePhase({ sessionId, phase: 'research', status: 'complete' }),
  ],
  [
    'was forked and never begun',
    'left',
    async (manager, sessionId) => {
      await manager.updatePhase({ sessionId, phase: 'research', status: 'complete' });
      await manager.forkEpisode({ sessionId });
    },
  ],
  [
    'is paused',
    'waiting',
    async (manager, sessionId) => {
      await active(manager, sessionId);
      await manager.pause({ sessionId, reason: 'lunch' });
    },
  ],
  [
    'waits for approval',
    'waiting',
    (manager, sessionId) => manager.updatePhase({ sessionId, phase: 'research', status: 'complete' }),
    { approvals: ['research'] },
  ],
  [
    'has a held call',
    'waiting',
    async (manager, sessionId) => {
      await called(manager, sessionId);
      await manager.send(sessionId, { type: 'operation.held', key: 'q1' });
    },
  ],
  ['has a paid call that nobody has answered', 'waiting', called],
  [
    'is stopped by its own budget',
    'waiting',
    (manager, sessionId) => manager.addCost({ sessionId, phase: 'research', operation: 'q', cost: '7.50' }),
  ],
  [
    "is stopped by the day's cap",
    'waiting',
    (manager, sessionId) => manager.addCost({ sessionId, phase: 'research', operation: 'q', cost: '1.50' }),
    { dailyCap: '1.00' },
  ],
  ['waits for a provider', 'waiting', failedBy(Object.assign(new Error('busy'), { status: 503 }))],
  ['has failed', 'archived', failedBy('it fell over')],
  ['was at work', 'archived', active],
  [
    'had a worker between two phases',
    'archived',
    async (manager, sessionId) => {
      await manager.updatePhase({ sessionId, phase: 'research', status: 'complete' });
      await claimed(manager, sessionId);
    },
  ],
];

describe('a clean-up', () => {
  test.each(kinds)(
    'given an episode that %s, when a week has passed, then it is %s',
    async (_what, outcome, given, policy) => {
      const { manager, clock } = await givenProduction(policy);
      const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Lost?' });
      await given(manager, sessionId);
      clock.advance(7 * day);
      const expected = {
        archived: outcome === 'archived' ? [sessionId] : [],
        waiting: outcome === 'waiting' ? [sessionId] : [],
      };
      const before = manager.production.position;
      expect(await manager.cleanupOrphanedSessions({ dryRun: true })).toEqual(expected);
      expect(manager.production.position).toBe(before);
      expect(await manager.cleanupOrphanedSessions()).toEqual(expected);
      await expectSound(manager);
    },
  );

  test('given an episode that was imported at work, when a week has passed, then nobody here has lost it; worked on since and left, it is lost', async () => {
    const { manager, clock } = await givenProduction();
    const older = join(temporaryDirectory(), 'state.json');
    const sessionId = 'ep_001_20240903_143022';
    writeFileSync(
      older,
      JSON.stringify({
        version: '3.0.0',
        active_episodes: {
          [sessionId]: {
            episode_number: 1,
            session_id: sessionId,
            topic: 'Older',
            status: 'research',
            created_at: '2024-09-03T14:30:22Z',
            updated_at: '2024-09-03T14:30:22Z',
            phases: {
              research: { status: 'active', cost: 0.1, start_time: '2024-09-03T14:30:22Z', end_time: null },
            },
          },
        },
        completed_episodes: {},
      }),
    );
    expect((await importOlder(manager.production, older)).imported).toEqual([sessionId]);
    clock.advance(7 * day);
    expect(await manager.cleanupOrphanedSessions()).toEqual({ archived: [], waiting: [] });
    await manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.01' });
    clock.advance(7 * day);
    expect(await manager.cleanupOrphanedSessions()).toEqual({ archived: [sessionId], waiting: [] });
    await expectSound(manager);
  });

  test('given what a clean-up archived, when it is brought back, then it goes on where it stood, also in another process', async () => {
    const { manager, clock, directory } = await givenProduction();
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Found' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', cost: '0.50' });
    await manager.updatePhase({ sessionId, phase: 'script', status: 'active' });
    clock.advance(2 * day);
    await manager.cleanupOrphanedSessions();
    const { ProductionStateManager: Manager } = await import('../../src/index.js');
    const other = await Manager.open({ directory, clock });
    expect(await other.unarchiveEpisode(sessionId, 'found again')).toMatchObject({ status: 'failed' });
    await other.recoverFailedSession(sessionId);
    await other.close();
    await manager.updatePhase({ sessionId, phase: 'script', status: 'complete' });
    await manager.updatePhase({ sessionId, phase: 'audio', status: 'complete' });
    expect(await manager.archiveEpisode(sessionId)).toMatchObject({ status: 'archived' });
    expect(await manager.unarchiveEpisode(sessionId)).toMatchObject({ status: 'complete', total_cost: 0.5 });
    await expect(manager.unarchiveEpisode(sessionId)).rejects.toMatchObject({ code: 'wrong_state' });
    await expectSound(manager);
  });
});

describe('a deletion', () => {
  test('given an episode with files, when it is deleted, then it is archived, its files are in the backup, its money stays spent, and it can be brought back', async () => {
    const { manager, clock, directory } = await givenProduction();
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'A mistake' });
    const notes = join(directory, sessionId, 'research', 'notes.txt');
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    writeFileSync(notes, 'kept');
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', cost: '0.50' });
    const backup = await manager.deleteEpisode({ sessionId, reason: 'recorded by mistake' });
    onTestFinished(async () => (await import('node:fs')).rmSync(join(backup, '..'), { recursive: true }));
    expect(existsSync(join(directory, sessionId))).toBe(false);
    expect(existsSync(join(backup, 'research', 'notes.txt'))).toBe(true);
    expect(await manager.getTotalSpending()).toBe(0.5);
    expect((await manager.history(sessionId)).map(({ type }) => type).slice(-2)).toEqual([
      'episode.cancelled',
      'episode.archive',
    ]);
    // Once more gives the same place.
    clock.advance(day);
    expect(await manager.deleteEpisode({ sessionId, reason: 'again' })).toBe(backup);
    await expectSound(manager);
    await manager.close();
    const { ProductionStateManager: Manager } = await import('../../src/index.js');
    const later = await Manager.open({ directory, clock });
    onTestFinished(() => later.close());
    await expectSound(later);
    expect(existsSync(join(directory, sessionId))).toBe(false);
    expect(await later.unarchiveEpisode(sessionId)).toMatchObject({ status: 'failed' });
    expect(existsSync(notes)).toBe(true);
    await expectSound(later);
  });

  test('given a deleted episode and a state.json that is removed, when the production is opened, then its folder does not come back, and its files can', async () => {
    const directory = join(temporaryDirectory(), 'production');
    const open = () => ProductionStateManager.open({ directory });
    const manager = await open();
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'A mistake' });
    const notes = join(directory, sessionId, 'research', 'notes.txt');
    await active(manager, sessionId);
    writeFileSync(notes, 'kept');
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete' });
    await manager.deleteEpisode({ sessionId, reason: 'recorded by mistake' });
    await manager.close();
    rmSync(join(directory, 'state.json'));
    await (await open()).close();
    expect(existsSync(join(directory, sessionId))).toBe(false);
    const later = await open();
    onTestFinished(() => later.close());
    await later.unarchiveEpisode(sessionId);
    expect(existsSync(notes)).toBe(true);
    await expectSound(later);
  });

  test('given a paid call that nobody has answered, or somebody at work, when the episode is deleted, then it is refused and nothing moves', async () => {
    const { manager, directory } = await givenProduction();
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Busy' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.reserveCost({
      sessionId,
      phase: 'research',
      operation: 'query',
      maxCost: '0.50',
      key: 'q1',
    });
    await expect(manager.deleteEpisode({ sessionId, reason: 'no' })).rejects.toMatchObject({
      code: 'operations_open',
    });
    await manager.releaseCost({ sessionId, key: 'q1' });
    await claimed(manager, sessionId);
    await expect(manager.deleteEpisode({ sessionId, reason: 'no' })).rejects.toMatchObject({
      code: 'claimed_elsewhere',
    });
    expect(existsSync(join(directory, sessionId))).toBe(true);
    expect(await manager.getEpisodeState(sessionId)).toMatchObject({ status: 'research' });
  });
});
