import { describe, expect, test } from 'vitest';
import {
  decide,
  initialSnapshot,
  parseSessionId,
  persist,
  type EpisodeEvent,
  type EpisodeSnapshot,
  type PolicyInput,
} from '../../machines/index.js';
import { explorePaths, fixedClock, memoryProduction, temporaryProduction } from '../../src/testing/index.js';
import { ProductionStateManager } from '../../src/index.js';
import { expectSound } from '../support/production.js';

const policy: PolicyInput = {
  budgets: { research: '0.50', script: '0.50', audio: '0.50', total: '1.00' },
  dailyCap: '1.20',
  approvals: ['research', 'script', 'audio'],
};
const sessionId = parseSessionId('ep_001_20250903_143022');
const { created, paths } = explorePaths({ policy, steps: 120_000 });

/** Where the pure chart gets to with a story, step by step. */
function told(story: readonly EpisodeEvent[]): EpisodeSnapshot[] {
  let snapshot = initialSnapshot(created);
  return story.map((event) => {
    const decision = decide(snapshot, event);
    if (!decision.accepted) throw new Error(`${event.type}: ${decision.refusal.message}`);
    snapshot = decision.snapshot;
    return snapshot;
  });
}

/** Commits a story, and compares each snapshot, that of a live actor, and what another handle reads, with the chart's. */
async function replay(
  manager: ProductionStateManager,
  story: readonly EpisodeEvent[],
  follower = manager,
): Promise<void> {
  const { production } = manager;
  await production.commit(() => [{ sessionId, event: created }]);
  const actor = await manager.actor(sessionId);
  actor.start();
  for (const [index, expected] of told(story).entries()) {
    await production.commit(() => [{ sessionId, event: story[index] as EpisodeEvent }]);
    const found = await manager.getSnapshot(sessionId);
    expect(found).toEqual(persist(expected));
    expect(await follower.getSnapshot(sessionId)).toEqual(found);
    expect(actor.getSnapshot().value).toEqual(expected.value);
    expect(actor.getSnapshot().context.money).toEqual(expected.context.money);
  }
  actor.stop();
}

/** Whether every moment of the story can be read again. */
async function expectPast(manager: ProductionStateManager, story: readonly EpisodeEvent[]): Promise<void> {
  const [, ...moments] = await manager.history(sessionId);
  const past = await Promise.all(moments.map(({ position }) => manager.stateAt(sessionId, position)));
  expect(past).toEqual(told(story).map(persist));
}

describe('every edge of the chart', () => {
  test('given the shortest story to each, when it is committed and followed by a live actor and another handle, then all agree, and on each moment afterwards', async () => {
    expect(paths.length).toBeGreaterThan(100);
    for (const story of paths) {
      // The day's money in the events is that of one episode, so each story has a production of its own.
      const { manager, disk, clock } = await memoryProduction({ policy });
      const { manager: follower } = await memoryProduction({ policy, disk, clock });
      await replay(manager, story, follower);
      await expectPast(follower, story);
      await expectSound(manager);
      await follower.close();
      await manager.close();
    }
  });

  test('given a disk, when the longest of the stories are committed there, then a new process finds them as they were', async () => {
    const longest = paths.toSorted((a, b) => b.length - a.length).slice(0, 12);
    for (const story of longest) {
      const { manager, directory, clock, remove } = await temporaryProduction({ policy });
      await replay(manager, story);
      const before = await manager.getSnapshot(sessionId);
      await manager.close();
      const again = await ProductionStateManager.open({ directory, policy, clock: fixedClock(clock.now()) });
      expect(await again.getSnapshot(sessionId)).toEqual(before);
      await expectSound(again);
      await again.close();
      await remove();
    }
  });
});
