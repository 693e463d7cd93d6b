import { readFileSync, rmSync, writeFileSync, readdirSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, onTestFinished } from 'vitest';
import { ProductionStateManager, type OpenOptions } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary.js';

async function open(directory: string, options: OpenOptions = {}): Promise<ProductionStateManager> {
  const manager = await ProductionStateManager.open({ directory, ...options });
  onTestFinished(() => manager.close());
  return manager;
}

function json(...path: string[]): Record<string, unknown> {
  return JSON.parse(readFileSync(join(...path), 'utf8')) as Record<string, unknown>;
}

describe("the seed's story", () => {
  test('given a new production, when an episode is made from start to end, then files and answers have the shapes of the seed', async () => {
    const directory = temporaryDirectory();
    const manager = await open(directory);
    const heard: string[] = [];
    for (const type of ['transition', 'checkpoint', 'completed', 'budget:warning'] as const)
      manager.on(type, () => heard.push(type));
    const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Your Topic Here' });
    expect(sessionId).toMatch(/^ep_001_\d{8}_\d{6}$/);
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    await manager.addCost({ sessionId, phase: 'research', operation: 'perplexity_query', cost: 0.15 });
    mkdirSync(join(directory, sessionId, 'research'), { recursive: true });
    writeFileSync(join(directory, sessionId, 'research', 'research_findings.json'), '{}');
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', cost: 1.05 });
    await manager.saveCheckpoint({
      sessionId,
      phase: 'script',
      data: { script: '...', metrics: { words: 3 } },
    });
    await manager.updatePhase({ sessionId, phase: 'script', status: 'complete', cost: '0.85' });
    await manager.updatePhase({ sessionId, phase: 'audio', status: 'complete' });
    await manager.completeEpisode(sessionId);
    expect(await manager.getEpisodeCost(sessionId)).toBe(2.05);
    expect(await manager.getPhaseCost(sessionId, 'research')).toBe(1.2);
    expect(await manager.getTotalSpending()).toBe(2.05);
    expect(await manager.getPhaseStatus(sessionId, 'script')).toBe('complete');
    expect((await manager.loadCheckpoint(sessionId, 'research_complete')).artifacts).toMatchObject([
      { path: 'research/research_findings.json', bytes: 2 },
    ]);
    await manager.close();
    const state = json(directory, 'state.json');
    expect(state).toMatchObject({
      version: '3.0.0',
      active_episodes: {},
      total_cost: 2.05,
      total_episodes: 1,
      metrics: { success_rate: 1 },
    });
    expect(Object.keys(state['completed_episodes'] as object)).toEqual([sessionId]);
    expect(json(directory, sessionId, 'session.json')).toMatchObject({
      session_id: sessionId,
      status: 'complete',
      total_cost: 2.05,
    });
    expect(json(directory, sessionId, 'research', 'checkpoint.json')).toMatchObject({
      phase: 'research',
      next_phase: 'script',
      can_resume: true,
    });
    expect(readdirSync(join(directory, sessionId)).sort()).toEqual([
      'audio',
      'checkpoints',
      'research',
      'script',
      'session.json',
    ]);
    expect(heard).toContain('completed');
  });

  test('given every document is deleted, when the production is opened again, then the answers are the same', async () => {
    const directory = temporaryDirectory();
    const manager = await open(directory);
    const sessionId = await manager.createEpisodeSession({ episodeNum: 7, topic: 'Rebuild me' });
    await manager.updatePhase({
      sessionId,
      phase: 'research',
      status: 'complete',
      cost: 0.5,
      data: { found: 3 },
    });
    await manager.markPhaseFailed({ sessionId, phase: 'script', error: new Error('rate limit exceeded') });
    const before = [
      await manager.getEpisodeState(sessionId),
      await manager.getProductionMetrics(),
      await manager.loadCheckpoint(sessionId, 'research'),
    ];
    await manager.close();
    rmSync(join(directory, 'state.json'));
    rmSync(join(directory, sessionId), { recursive: true });
    const again = await open(directory);
    const after = [
      await again.getEpisodeState(sessionId),
      await again.getProductionMetrics(),
      await again.loadCheckpoint(sessionId, 'research'),
    ];
    expect(after).toEqual(before);
    expect(await again.canRecover(sessionId)).toBe(true);
    await again.recoverFailedSession(sessionId);
    expect(await again.getPhaseStatus(sessionId, 'script')).toBe('active');
    expect(await again.verify()).toMatchObject({ ok: true, problems: [] });
  });

  test('given two managers on one production, when one commits, then the other answers with it and its live actor moves', async () => {
    const directory = temporaryDirectory();
    const [a, b] = [await open(directory), await open(directory)];
    const sessionId = await a.createEpisodeSession({ episodeNum: 2, topic: 'Two of us' });
    const actor = await b.actor(sessionId);
    await a.updatePhase({ sessionId, phase: 'research', status: 'active' });
    expect(await b.getPhaseStatus(sessionId, 'research')).toBe('active');
    await expect.poll(() => actor.getSnapshot().value).toEqual({ research: 'active' });
    actor.send({ type: 'phase.pause', phase: 'research', at: '2020-01-01T00:00:00.000Z' });
    await expect
      .poll(() => a.getSnapshot(sessionId).then(({ value }) => value))
      .toEqual({ research: 'paused' });
    actor.stop();
  });
});
