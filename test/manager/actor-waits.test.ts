import { expect, test } from 'vitest';
import { toPromise, waitFor } from 'xstate';
import { openProduction } from '../support/production.js';
import { temporaryDirectory } from '../support/temporary.js';

const skipped = ['research', 'script', 'audio'] as const;

test('given another process moves the episode, when waitFor is asked for a state, then it resolves with the snapshot that is committed', async () => {
  const directory = temporaryDirectory();
  const [manager, other] = [await openProduction(directory), await openProduction(directory)];
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const actor = await manager.actor(sessionId);
  const complete = waitFor(actor, (snapshot) => snapshot.matches('complete'), { timeout: 20_000 });
  for (const phase of skipped) await other.skipPhase({ sessionId, phase, reason: 'read from notes' });
  expect((await complete).context.phases.audio.status).toBe('skipped');
  // It is there already: that is no wait.
  expect((await waitFor(actor, (snapshot) => snapshot.matches('complete'))).value).toBe('complete');
  actor.stop();
});

test('given an event is refused, when waitFor waits for what it would lead to, then it times out, and the refusal is told', async () => {
  const manager = await openProduction(temporaryDirectory());
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const errors: unknown[] = [];
  manager.on('error', (error) => errors.push(error));
  const actor = await manager.actor(sessionId);
  actor.send({ type: 'phase.resume', phase: 'audio', at: '2025-09-03T14:30:22.000Z' });
  await expect(waitFor(actor, (snapshot) => snapshot.matches('audio'), { timeout: 50 })).rejects.toThrow(
    'Timeout',
  );
  await expect.poll(() => errors, { timeout: 20_000 }).toMatchObject([{ code: 'wrong_state' }]);
  actor.stop();
});

test('given an episode is complete, then toPromise still waits, as the guide says, since late costs land in that state', async () => {
  const manager = await openProduction(temporaryDirectory());
  const sessionId = await manager.createEpisodeSession({ episodeNum: 1, topic: 'Bees' });
  const actor = await manager.actor(sessionId);
  let isSettled = false;
  void toPromise(actor).then(
    () => (isSettled = true),
    () => (isSettled = true),
  );
  for (const phase of skipped) await manager.skipPhase({ sessionId, phase, reason: 'read from notes' });
  await waitFor(actor, (snapshot) => snapshot.matches('complete'));
  await manager.addCost({ sessionId, phase: 'audio', operation: 'late', cost: '0.05' });
  await waitFor(actor, ({ context }) => context.money.spent === 50_000, { timeout: 20_000 });
  expect(isSettled).toBe(false);
  expect(actor.getSnapshot().status).toBe('active');
  actor.stop();
});
