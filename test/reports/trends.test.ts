import { expect, onTestFinished, test } from 'vitest';
import { dayCosts, dayOutcomes, episodeScores } from '../../src/reports/index.js';
import { temporaryProduction } from '../../src/testing/index.js';

const minute = 60_000;
const hour = 60 * minute;

test('given episodes on two days, one skipped a phase, one failed and one was archived, then each day has its costs, outcomes and minutes, and scores are in order', async () => {
  const production = await temporaryProduction({ policy: { budgets: { total: '100' }, dailyCap: '1000' } });
  onTestFinished(() => production.remove());
  const { manager, clock } = production;
  const first = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Made in two days' });
  await manager.updatePhase({ sessionId: first, phase: 'research', status: 'active' });
  await manager.updatePhase({ sessionId: first, phase: 'research', status: 'complete', cost: '0.5' });
  const second = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Fails' });
  await manager.updatePhase({ sessionId: second, phase: 'research', status: 'active', cost: '1' });
  await manager.markPhaseFailed({
    sessionId: second,
    phase: 'research',
    error: new Error('provider is overloaded'),
  });
  const [day] = (await manager.listEpisodes()).map(({ created_at: at }) => at.slice(0, 10));
  clock.advance(24 * hour);
  await manager.updatePhase({
    sessionId: first,
    phase: 'script',
    status: 'skipped',
    reason: 'read as it is',
  });
  await manager.recordQuality({ sessionId: first, name: 'audio_quality', value: 0.9 });
  await manager.updatePhase({ sessionId: first, phase: 'audio', status: 'active' });
  clock.advance(30 * minute);
  await manager.updatePhase({ sessionId: first, phase: 'audio', status: 'complete', cost: '0.25' });
  const third = await manager.createEpisodeSession({ episodeNum: 3, topic: 'Given up' });
  await manager.recordQuality({ sessionId: third, name: 'audio_quality', value: 0.5 });
  await manager.cancelEpisode({ sessionId: third, reason: 'no time' });
  clock.advance(24 * hour);
  await manager.archiveEpisode(first, 'done');

  const states = [...manager.production.archivedStates(), ...manager.production.states()];
  const next = states.find(({ session_id: id }) => id === third)?.updated_at ?? '';
  expect(next.slice(0, 10)).not.toBe(day);
  expect(dayCosts(states)).toEqual([
    { date: day, episodes: 2, cost: { research: 0.75, script: 0, audio: 0.125 } },
    { date: next.slice(0, 10), episodes: 1, cost: { research: 0, script: 0, audio: 0 } },
  ]);
  expect(dayOutcomes(states)).toEqual([
    { date: day, completed: 0, failed: 1, minutes: null },
    { date: next.slice(0, 10), completed: 1, failed: 1, minutes: 24 * 60 + 30 },
  ]);
  expect(episodeScores(states).map(({ sessionId, scores }) => [sessionId, scores])).toEqual([
    [third, { audio_quality: 0.5 }],
    [first, { audio_quality: 0.9 }],
  ]);
});
