import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryProduction, type TemporaryProduction } from '../../src/testing/index.js';

const minute = 60_000;

async function open(): Promise<TemporaryProduction> {
  const production = await temporaryProduction({ policy: { budgets: { total: '100' }, dailyCap: '1000' } });
  onTestFinished(() => production.remove());
  return production;
}

/** An episode made from start to end; each phase takes its minutes and costs its dollars. */
async function make(
  { manager, clock }: TemporaryProduction,
  phases: Record<'research' | 'script' | 'audio', [minutes: number, cost: string]>,
): Promise<string> {
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Made' });
  for (const [phase, [minutes, cost]] of Object.entries(phases) as ['research', [number, string]][]) {
    await manager.updatePhase({ sessionId, phase, status: 'active' });
    clock.advance(minutes * minute);
    await manager.updatePhase({ sessionId, phase, status: 'complete', cost });
  }
  return sessionId;
}

/** An episode whose research has failed after `cost`. */
async function failResearch({ manager }: TemporaryProduction, cost: string): Promise<string> {
  const sessionId = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Failed' });
  await manager.updatePhase({ sessionId, phase: 'research', status: 'active', cost });
  await manager.markPhaseFailed({ sessionId, phase: 'research', error: new Error('provider is overloaded') });
  return sessionId;
}

describe('the metrics of a production', () => {
  test("given a production with nothing in it, then the metrics have the seed's keys, zeros, and no averages of scores", async () => {
    const { manager } = await open();
    const none = { avg_time: 0, success_rate: 0 };
    expect(await manager.getProductionMetrics()).toEqual({
      total_episodes: 0,
      success_rate: 0,
      avg_production_time: 0,
      avg_cost: 0,
      phase_performance: { research: none, script: none, audio: none },
    });
    expect(await manager.getQualityMetrics()).toEqual({
      avg_brand_consistency: null,
      avg_technical_accuracy: null,
      avg_engagement_score: null,
      avg_audio_quality: null,
      trending: 'stable',
    });
  });

  test('given episodes that were made and one that failed, then times are minutes, costs dollars and rates from 0 to 1, and state.json says the same', async () => {
    const production = await open();
    const { manager, directory } = production;
    await make(production, { research: [6, '1.00'], script: [5, '0.50'], audio: [10, '2'] });
    await make(production, { research: [9, '2.00'], script: [4, '0.50'], audio: [12, '0'] });
    await failResearch(production, '0.30');
    expect(await manager.getProductionMetrics()).toEqual({
      total_episodes: 3,
      success_rate: 0.6667,
      avg_production_time: 23,
      avg_cost: 2.1,
      phase_performance: {
        research: { avg_time: 7.5, success_rate: 0.6667 },
        script: { avg_time: 4.5, success_rate: 1 },
        audio: { avg_time: 11, success_rate: 1 },
      },
    });
    const metrics = { avg_cost_per_episode: 2.1, avg_production_time: 23, success_rate: 0.6667 };
    expect(await manager.getGlobalMetrics()).toEqual({
      total_cost: 6.3,
      total_episodes: 3,
      active_episodes: 1,
      completed_episodes: 2,
      last_updated: '2025-09-03T15:16:22Z',
      metrics,
    });
    await manager.close();
    expect(JSON.parse(readFileSync(join(directory, 'state.json'), 'utf8'))).toMatchObject({
      total_cost: 6.3,
      total_episodes: 3,
      last_updated: '2025-09-03T15:16:22Z',
      metrics,
    });
  });

  test('given a phase that was skipped, then it counts neither as completed nor as failed', async () => {
    const { manager } = await open();
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Skipped' });
    await manager.skipPhase({ sessionId, phase: 'research', reason: 'notes are ready' });
    expect((await manager.getProductionMetrics()).phase_performance.research).toEqual({
      avg_time: 0,
      success_rate: 0,
    });
  });

  test('given scores, then each average is over the episodes that have the score', async () => {
    const { manager } = await open();
    for (const [episodeNum, accuracy] of [
      [1, 0.8],
      [2, 0.9],
      [3, undefined],
    ] as const) {
      const sessionId = await manager.createEpisodeSession({ episodeNum, topic: 'Scored' });
      if (accuracy !== undefined)
        await manager.recordQuality({ sessionId, name: 'technical_accuracy', value: accuracy });
    }
    expect(await manager.getQualityMetrics()).toMatchObject({
      avg_technical_accuracy: 0.85,
      avg_audio_quality: null,
    });
  });

  test.each([
    ['improving', [0.5, 0.5, 0.9, 0.9]],
    ['declining', [0.9, 0.9, 0.5, 0.5]],
    ['stable', [0.5, 0.5, 0.51, 0.51]],
    ['improving', [0.5, 0.5, 0.511, 0.511]],
    // Fewer than four.
    ['stable', [0.1, 0.9, 0.9]],
    // Out of ten, and out of one: the same scores.
    ['stable', [5, 5, 0.5, 0.5]],
    // Only the last twenty count.
    ['stable', [...Array.from({ length: 10 }, () => 0.1), ...Array.from({ length: 20 }, () => 0.9)]],
  ])('given scores that are %s from first to last, then that is the trend: %j', async (trending, scores) => {
    const { manager, clock } = await open();
    for (const value of scores) {
      clock.advance(minute);
      const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Trend' });
      await manager.recordQuality({ sessionId, name: 'research_depth', value });
    }
    expect(await manager.getQualityMetrics()).toMatchObject({ trending });
  });

  test('given costs of several kinds, then spending is the same sum by phase, operation, day and episode', async () => {
    const { manager, clock } = await open();
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Spent' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.1' });
    await manager.addCost({ sessionId, phase: 'research', operation: 'query', cost: '0.2' });
    clock.advance(24 * 60 * minute);
    await manager.reserveCost({ sessionId, phase: 'research', operation: 'summary', key: 's', maxCost: '1' });
    await manager.settleCost({ sessionId, key: 's', cost: '0.4' });
    await manager.reserveCost({
      sessionId,
      phase: 'research',
      operation: 'summary',
      key: 'open',
      maxCost: '1',
    });
    expect(await manager.getSpending()).toEqual({
      total: 0.7,
      opening_balance: 0,
      per_phase: { research: 0.7, script: 0, audio: 0 },
      per_operation: { query: { count: 2, cost: 0.3 }, summary: { count: 1, cost: 0.4 } },
      per_day: { '2025-09-03': { spent: 0.3, reserved: 0 }, '2025-09-04': { spent: 0.4, reserved: 1 } },
      per_episode: { [sessionId]: 0.7 },
    });
  });
});

describe('what recovery is expected to cost', () => {
  test('given nothing was ever finished, then nobody knows, and what is left decides', async () => {
    const production = await open();
    const failed = await failResearch(production, '0.30');
    expect((await production.manager.planRecovery(failed)).options).toEqual([
      {
        phase: 'research',
        keeps: [],
        redoes: ['research', 'script', 'audio'],
        expected_cost: null,
        left: 99.7,
        affordable: true,
        reason: 'keeps everything that is finished',
      },
    ]);
  });

  test("given other episodes have nearly used up the day's cap, then that is what is left", async () => {
    const { manager, remove } = await temporaryProduction({ policy: { dailyCap: '5' } });
    onTestFinished(remove);
    const [first, second] = [
      await manager.createEpisodeSession({ episodeNum: 1, topic: 'Dear' }),
      await manager.createEpisodeSession({ episodeNum: 2, topic: 'Failed' }),
    ];
    await manager.updatePhase({ sessionId: first, phase: 'research', status: 'active', cost: '4' });
    await manager.reserveCost({
      sessionId: first,
      phase: 'research',
      operation: 'query',
      key: 'open',
      maxCost: '0.25',
    });
    await manager.markPhaseFailed({ sessionId: second, phase: 'research', error: 'timed out' });
    expect((await manager.planRecovery(second)).options).toMatchObject([{ left: 0.75 }]);
  });

  test('given phases that were completed and one that failed dearly, then each is expected to cost what a completed one did, best point first', async () => {
    const production = await open();
    const { manager } = production;
    await make(production, { research: [6, '1.00'], script: [5, '0.50'], audio: [10, '2'] });
    await make(production, { research: [6, '2.00'], script: [5, '0.50'], audio: [10, '1'] });
    await failResearch(production, '30');
    const sessionId = await manager.createEpisodeSession({
      episodeNum: 3,
      topic: 'Planned',
      budgets: { total: '4' },
    });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', cost: '1.50' });
    await manager.markPhaseFailed({ sessionId, phase: 'script', error: 'timed out' });
    expect((await manager.planRecovery(sessionId)).options).toEqual([
      {
        phase: 'script',
        keeps: ['research'],
        redoes: ['script', 'audio'],
        expected_cost: 2,
        left: 2.5,
        affordable: true,
        reason: 'keeps everything that is finished',
      },
      {
        phase: 'research',
        keeps: [],
        redoes: ['research', 'script', 'audio'],
        expected_cost: 3.5,
        left: 2.5,
        affordable: false,
        reason: 'does research again by choice',
      },
    ]);
  });
});
