import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { defineCrew, type PhaseContext } from '../../src/index.js';
import { needsOf } from '../../src/reports/index.js';
import { rehydrate } from '../../machines/index.js';
import { temporaryProduction } from '../../src/testing/index.js';
import { expectSound } from '../support/production.js';

const nothing = () => Promise.resolve(null);
const gates = { script: { depth: 8, wit: 5 } };

async function rejected(policy: object = {}) {
  const given = await temporaryProduction({ policy: { quality: gates, ...policy } });
  onTestFinished(() => given.remove());
  const { manager } = given;
  const seen: PhaseContext[] = [];
  const crew = defineCrew({
    research: nothing,
    async script(context) {
      seen.push(context);
      await context.writeArtifact('draft.md', `draft ${seen.length}`);
      await context.score('depth', 3);
      await context.score('wit', 9);
      return { draft: seen.length };
    },
    audio: nothing,
  });
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  expect(await manager.produce(sessionId, crew)).toMatchObject({ failure: { code: 'quality_rejected' } });
  const score = (name: string, value: number) => manager.recordQuality({ sessionId, name, value });
  const needs = async () => needsOf(rehydrate(await manager.getSnapshot(sessionId)), given.clock.now());
  return { ...given, crew, seen, sessionId, score, needs };
}

test('given a quality gate has rejected what was made, when a person scores it high enough, then its phase is complete with that work, in the same commit, and no recovery is used up', async () => {
  const { manager, sessionId, score, seen, crew, needs } = await rejected();
  expect((await needs())[0]?.next[0]).toBe(`showrunner quality ${sessionId} depth <score>`);
  expect(await score('depth', 7.9)).toMatchObject({ status: 'failed' });
  // Another one is good enough already, and alone decides nothing.
  expect(await score('wit', 10)).toMatchObject({ status: 'failed' });
  expect(await score('depth', 8)).toMatchObject({
    status: 'audio',
    phases: { script: { status: 'complete' } },
  });
  const { context } = await manager.getSnapshot(sessionId);
  expect(context).toMatchObject({
    recoveries: 0,
    failure: null,
    quality: { depth: 8, wit: 10 },
    phases: { script: { revision: 1 } },
  });
  expect(await manager.loadCheckpoint(sessionId, 'script_complete')).toMatchObject({
    data: { draft: 1 },
    artifacts: [{ path: 'script/draft.md' }],
  });
  expect(await manager.produce(sessionId, crew)).toMatchObject({ outcome: 'complete' });
  expect(seen).toHaveLength(1);
  await expectSound(manager);
});

test('given a person approves the script as well, then it comes into review', async () => {
  const { manager, sessionId, score } = await rejected({ approvals: ['script'] });
  await score('depth', 9);
  expect((await manager.getSnapshot(sessionId)).value).toEqual({ script: 'review' });
});

test('given it is recovered instead, then it is done anew, told why, and can read what was rejected', async () => {
  const { manager, sessionId, seen, crew, score } = await rejected();
  expect(await manager.produce(sessionId, crew)).toMatchObject({ failure: { code: 'quality_rejected' } });
  expect(seen[1]).toMatchObject({
    revision: 2,
    review: { by: 'quality gate', checkpoint: 'script_rejected_1' },
  });
  expect((await manager.loadCheckpoint(sessionId, 'script_rejected_1')).data).toEqual({ draft: 1 });
  await score('depth', 9);
  expect((await manager.loadCheckpoint(sessionId, 'script_complete')).data).toEqual({ draft: 2 });
  await expectSound(manager);
});

test.each(['its file was changed since', 'its time has not come'])(
  'given %s, then the score is recorded, and the phase is not complete',
  async (what) => {
    const { manager, sessionId, directory, score } = await rejected();
    if (what.startsWith('its file'))
      writeFileSync(join(directory, sessionId, 'script', 'draft.md'), 'another');
    else await manager.scheduleEpisode({ sessionId, startAt: '2099-01-01T00:00:00Z' });
    expect(await score('depth', 9)).toMatchObject({ status: 'failed', quality_scores: { depth: 9 } });
  },
);
