import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryProduction, type TemporaryProduction } from '../../src/testing/index.js';
import { readJson } from '../support/production.js';

const minute = 60_000;
const sessionId = 'ep_001_20250903_143022';

/** The seed's own episode: research complete for 1.05, script for 0.85, audio active. */
async function givenSeedEpisode(): Promise<TemporaryProduction> {
  const production = await temporaryProduction();
  onTestFinished(() => production.remove());
  const { manager, clock, directory } = production;
  await manager.createEpisodeSession({ episodeNum: 1, topic: 'The Dirty Secret: Even Experts Make It Up' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  clock.set('2025-09-03T14:37:45.678Z');
  mkdirSync(join(directory, sessionId, 'research'), { recursive: true });
  writeFileSync(join(directory, sessionId, 'research', 'research_findings.json'), '{}');
  await manager.updatePhase({
    sessionId,
    phase: 'research',
    status: 'complete',
    cost: 1.05,
    data: { found: 12 },
  });
  clock.set('2025-09-03T14:38:00.000Z');
  await manager.updatePhase({ sessionId, phase: 'script', status: 'active' });
  clock.set('2025-09-03T14:42:30.000Z');
  await manager.updatePhase({ sessionId, phase: 'script', status: 'complete', cost: '0.85' });
  clock.set('2025-09-03T14:43:00.000Z');
  await manager.updatePhase({ sessionId, phase: 'audio', status: 'active' });
  await manager.recordQuality({ sessionId, name: 'research_depth', value: 9.2 });
  return production;
}

const seedEpisode = {
  episode_number: 1,
  topic: 'The Dirty Secret: Even Experts Make It Up',
  session_id: sessionId,
  status: 'audio',
  phases: {
    research: {
      status: 'complete',
      cost: 1.05,
      start_time: '2025-09-03T14:30:22Z',
      end_time: '2025-09-03T14:37:45Z',
      checkpoint: 'research_complete.json',
    },
    script: {
      status: 'complete',
      cost: 0.85,
      start_time: '2025-09-03T14:38:00Z',
      end_time: '2025-09-03T14:42:30Z',
      checkpoint: 'script_complete.json',
    },
    audio: {
      status: 'active',
      cost: 0,
      start_time: '2025-09-03T14:43:00Z',
      end_time: null,
      checkpoint: null,
    },
  },
  total_cost: 1.9,
  quality_scores: { research_depth: 9.2 },
  created_at: '2025-09-03T14:30:22Z',
  updated_at: '2025-09-03T14:43:00Z',
};

describe("the seed's shapes", () => {
  test("given the seed's episode, then its state, state.json and session.json have the seed's keys, values and units", async () => {
    const { manager, directory } = await givenSeedEpisode();
    expect(await manager.getEpisodeState(sessionId)).toEqual(seedEpisode);
    expect(await manager.getActiveEpisodes()).toEqual({ [sessionId]: seedEpisode });
    await manager.close();
    const { showrunner: _own, crc32: _sum, ...state } = readJson(directory, 'state.json');
    expect(state).toEqual({
      version: '3.0.0',
      active_episodes: { [sessionId]: seedEpisode },
      completed_episodes: {},
      total_cost: 1.9,
      total_episodes: 1,
      last_updated: '2025-09-03T14:43:00Z',
      metrics: { avg_cost_per_episode: 1.9, avg_production_time: 0, success_rate: 0 },
    });
    expect(readJson(directory, sessionId, 'session.json')).toMatchObject(seedEpisode);
  });

  test("given phases that complete, then each checkpoint has the seed's contents and the phase's files, and only the last cannot be resumed from", async () => {
    const { manager, directory } = await givenSeedEpisode();
    const research = {
      phase: 'research',
      timestamp: '2025-09-03T14:37:45Z',
      data: { found: 12 },
      next_phase: 'script',
      can_resume: true,
      name: 'research_complete',
      artifacts: [
        {
          path: 'research/research_findings.json',
          sha256: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
          bytes: 2,
        },
      ],
    };
    expect(await manager.loadCheckpoint(sessionId, 'research')).toEqual(research);
    await manager.updatePhase({ sessionId, phase: 'audio', status: 'complete' });
    const ends = await Promise.all(
      (['script', 'audio'] as const).map((phase) => manager.loadCheckpoint(sessionId, phase)),
    );
    expect(ends).toMatchObject([
      { data: null, next_phase: 'audio', can_resume: true, artifacts: [] },
      { data: null, next_phase: null, can_resume: false, artifacts: [] },
    ]);
    await expect(
      manager.restoreCheckpoint({ sessionId, checkpointName: 'audio_complete' }),
    ).rejects.toMatchObject({ code: 'wrong_state' });
    await manager.close();
    expect(readJson(directory, sessionId, 'research', 'checkpoint.json')).toMatchObject(research);
    expect(readJson(directory, sessionId, 'audio', 'checkpoint.json')).toMatchObject({
      next_phase: null,
      can_resume: false,
    });
  });

  test('given episodes that are complete, failed and archived, then only the failed one is active, and state.json keeps the others', async () => {
    const { manager, directory } = await givenSeedEpisode();
    await manager.updatePhase({ sessionId, phase: 'audio', status: 'complete' });
    const failed = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Failed' });
    const archived = await manager.createEpisodeSession({ episodeNum: 3, topic: 'Archived' });
    for (const each of [failed, archived])
      await manager.markPhaseFailed({ sessionId: each, phase: 'research', error: 'timed out' });
    await manager.archiveFailedEpisode(archived);
    expect(Object.keys(await manager.getActiveEpisodes())).toEqual([failed]);
    await manager.close();
    const { active_episodes: active, completed_episodes: completed } = readJson(
      directory,
      'state.json',
    ) as Record<string, object>;
    expect([Object.keys(active ?? {}), Object.keys(completed ?? {}).sort()]).toEqual([
      [failed],
      [sessionId, archived],
    ]);
  });

  test('given no number of hours, when orphans are cleaned up, then it is 24', async () => {
    const { manager, clock } = await givenSeedEpisode();
    clock.advance(24 * 60 * minute - 1);
    expect(await manager.cleanupOrphanedSessions()).toEqual({ archived: [], waiting: [] });
    clock.advance(1);
    expect(await manager.cleanupOrphanedSessions()).toEqual({ archived: [sessionId], waiting: [] });
  });
});
