import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryProduction, type TemporaryProduction } from '../../src/testing/index.js';
import { expectSound } from '../support/production.js';

interface Given extends TemporaryProduction {
  sessionId: string;
}

async function givenResearch(): Promise<Given> {
  const production = await temporaryProduction({ policy: { dailyCap: '1.00' } });
  onTestFinished(() => production.remove());
  const sessionId = await production.manager.createEpisodeSession({ episodeNum: 1, topic: 'Sent' });
  await production.manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  return { ...production, sessionId };
}

const phase = 'research';
const operation = 'ask';
/** A day on which anything may be spent. */
const ownDay = { date: '2031-01-01', spent: 0, reserved: 0, cap: 900_000_000 } as never;

describe('events that callers send', () => {
  test("given a reservation with a day of its own, when it is sent, then the production's day decides", async () => {
    const { manager, sessionId } = await givenResearch();
    await expect(
      manager.send(sessionId, {
        type: 'cost.reserve',
        phase,
        operation,
        key: 'k',
        amount: 1_000_001 as never,
        day: ownDay,
      }),
    ).rejects.toMatchObject({ code: 'daily_cap_reached' });
    await manager.send(sessionId, {
      type: 'cost.reserve',
      phase,
      operation,
      key: 'k',
      amount: 1_000_000 as never,
      day: ownDay,
    });
    const { spent, reserved, cap } = manager.production.today();
    expect({ spent, reserved, cap }).toEqual({ spent: 0, reserved: 1_000_000, cap: 1_000_000 });
    await expectSound(manager);
  });

  test("given a cost with a day of its own, when it is sent through a live actor, then it stops the episode at the production's cap", async () => {
    const { manager, sessionId } = await givenResearch();
    const actor = await manager.actor(sessionId);
    onTestFinished(() => {
      actor.stop();
    });
    actor.send({
      type: 'cost.recorded',
      phase,
      operation,
      cost: 1_000_001 as never,
      day: ownDay,
      at: '2020-01-01T00:00:00.000Z',
    });
    await expect.poll(() => actor.getSnapshot().value).toBe('failed');
    expect((await manager.getSpending()).per_day).toMatchObject({
      [manager.production.today().date]: expect.anything(),
    });
    await expectSound(manager);
  });

  test('given a reservation of the day before, when its end is sent, then that is decided on the money of its own day', async () => {
    const { manager, clock, sessionId } = await givenResearch();
    const { date } = manager.production.today();
    for (const key of ['settled', 'released'])
      await manager.reserveCost({ sessionId, phase, operation, key, maxCost: '0.40' });
    clock.advance(24 * 3_600_000);
    expect(manager.production.today()).toMatchObject({ spent: 0, reserved: 0 });
    await manager.send(sessionId, {
      type: 'operation.settled',
      key: 'settled',
      cost: 300_000 as never,
      estimated: false,
    });
    await manager.send(sessionId, { type: 'operation.released', key: 'released' });
    const ends = (await manager.history(sessionId)).filter(({ type }) => type.startsWith('operation.'));
    expect(ends.map(({ type, event }) => [type, 'day' in event && event.day?.date])).toEqual([
      ['operation.settled', date],
      ['operation.released', date],
    ]);
    await expectSound(manager);
  });

  test('given a completion with a checkpoint of its own, when it is sent, then the checkpoint is made from the files that are there', async () => {
    const { manager, directory, sessionId } = await givenResearch();
    writeFileSync(join(directory, sessionId, phase, 'notes.txt'), 'found');
    await manager.send(sessionId, {
      type: 'phase.complete',
      phase,
      checkpoint: { name: 'mine', sha256: '0'.repeat(64), bytes: 1 } as never,
    });
    const checkpoint = await manager.loadCheckpoint(sessionId, phase);
    expect(checkpoint).toMatchObject({ can_resume: true, next_phase: 'script' });
    expect(checkpoint.artifacts.map(({ path }) => path)).toEqual([`${phase}/notes.txt`]);
    await expectSound(manager);
  });

  test("given a score beyond all averages, or a failure with words for a terminal, when it is sent, then the calls' own rules hold", async () => {
    const { manager, sessionId } = await givenResearch();
    await expect(
      manager.send(sessionId, { type: 'quality.recorded', name: 'depth', value: 1e308 }),
    ).rejects.toMatchObject({ code: 'invalid_input', field: 'value' });
    await manager.send(sessionId, {
      type: 'phase.failed',
      phase,
      code: 'unknown',
      message: 'red \u001b[31malert\u0007',
    });
    expect((await manager.getSnapshot(sessionId)).context.failure?.message).toBe('red alert');
  });

  test.each([
    ['checkpoint.restore', 'restoreCheckpoint'],
    ['checkpoint.save', 'saveCheckpoint'],
    ['phase.fulfill', 'fulfillPhase'],
    ['episode.forked', 'forkEpisode'],
  ])('given %s, when it is sent, then it is refused and names %s', async (type, call) => {
    const { manager, sessionId } = await givenResearch();
    const before = await manager.history(sessionId);
    await expect(manager.send(sessionId, { type } as never)).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'type',
      message: expect.stringContaining(call),
    });
    expect(await manager.history(sessionId)).toEqual(before);
  });

  test('given a settlement that says where its result lies, when it is sent, then it is refused', async () => {
    const { manager, sessionId } = await givenResearch();
    await manager.reserveCost({ sessionId, phase, operation, key: 'k', maxCost: '0.40' });
    const result = { file: 'results/x.json', sha256: '0'.repeat(64), bytes: 1 };
    await expect(
      manager.send(sessionId, {
        type: 'operation.settled',
        key: 'k',
        cost: 1 as never,
        estimated: false,
        result,
      }),
    ).rejects.toMatchObject({ code: 'invalid_input', field: 'result' });
  });
});
