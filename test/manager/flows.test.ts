import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { OpenOptions } from '../../src/index.js';
import { temporaryProduction, type TemporaryProduction } from '../../src/testing/index.js';
import { expectSound, openProduction, readJson } from '../support/production.js';

interface Given extends TemporaryProduction {
  sessionId: string;
}

/** One episode with research active. */
async function givenResearch(policy: OpenOptions['policy'] = {}): Promise<Given> {
  const production = await temporaryProduction({ policy });
  onTestFinished(() => production.remove());
  const sessionId = await production.manager.createEpisodeSession({ episodeNum: 1, topic: 'Flows' });
  await production.manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
  return { ...production, sessionId };
}

const hour = 3_600_000;

describe('flows of a production', () => {
  test('given episodes without a sign of life, when orphans are cleaned up, then they are archived with a reason, and those that wait for people are left', async () => {
    const { manager, clock, directory, sessionId } = await givenResearch({ approvals: ['research'] });
    const paused = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Paused' });
    await manager.updatePhase({ sessionId: paused, phase: 'research', status: 'active' });
    await manager.pause({ sessionId: paused, reason: 'lunch' });
    const review = await manager.createEpisodeSession({ episodeNum: 3, topic: 'Review' });
    await manager.updatePhase({ sessionId: review, phase: 'research', status: 'complete' });
    const failed = await manager.createEpisodeSession({ episodeNum: 4, topic: 'Failed' });
    await manager.markPhaseFailed({ sessionId: failed, phase: 'research', error: 'timed out' });
    writeFileSync(join(directory, sessionId, 'research', 'notes.txt'), 'kept');
    clock.advance(25 * hour);
    const fresh = await manager.createEpisodeSession({ episodeNum: 5, topic: 'Fresh' });
    const result = await manager.cleanupOrphanedSessions();
    expect(result).toEqual({ archived: [sessionId, failed], waiting: [paused, review] });
    expect((await manager.getEpisodeState(sessionId)).status).toBe('archived');
    expect((await manager.getEpisodeState(fresh)).status).toBe('initialized');
    expect((await manager.history(sessionId)).map(({ type }) => type).slice(-2)).toEqual([
      'phase.failed',
      'episode.archive',
    ]);
    expect(existsSync(join(directory, sessionId, 'research', 'notes.txt'))).toBe(true);
    expect(await manager.cleanupOrphanedSessions()).toEqual({ archived: [], waiting: [paused, review] });
    await expect(manager.cleanupOrphanedSessions({ olderThanHours: -1 })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'olderThanHours',
    });
    await expectSound(manager);
  });

  test('given an episode stopped by its budget, when someone raises it, then it can be recovered, and who raised it is on record', async () => {
    const { manager, sessionId } = await givenResearch({ budgets: { total: '1.00' } });
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '1.10' });
    expect((await manager.getEpisodeState(sessionId)).status).toBe('failed');
    expect(await manager.canRecover(sessionId)).toBe(false);
    const plan = await manager.planRecovery(sessionId);
    expect(plan).toMatchObject({ recoverable: false, reason: expect.stringContaining('budget') });
    await expect(manager.recoverFailedSession(sessionId)).rejects.toMatchObject({
      remedy: 'operator',
      sessionId,
    });
    await manager.raiseBudget({
      sessionId,
      scope: 'total',
      amount: '0.05',
      by: 'Ada',
      reason: 'almost there',
    });
    expect(await manager.canRecover(sessionId)).toBe(false);
    await manager.raiseBudget({ sessionId, scope: 'total', amount: '1', by: 'Ada', reason: 'worth it' });
    expect(await manager.planRecovery(sessionId)).toMatchObject({ recoverable: true, reason: null });
    await manager.recoverFailedSession(sessionId);
    expect(await manager.getPhaseStatus(sessionId, 'research')).toBe('active');
    expect(
      (await manager.history(sessionId)).flatMap(({ event }) =>
        event.type === 'budget.raise' ? [[event.by, event.reason, event.amount]] : [],
      ),
    ).toEqual([
      ['Ada', 'almost there', 50_000],
      ['Ada', 'worth it', 1_000_000],
    ]);
    await expectSound(manager);
  });

  test('given a failed episode, when recovery is planned, then options keep what is finished, and any earlier phase can be chosen', async () => {
    const { manager, sessionId } = await givenResearch();
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', cost: '0.40' });
    await manager.markPhaseFailed({
      sessionId,
      phase: 'script',
      error: Object.assign(new Error('x'), { status: 503 }),
    });
    const { recoverable, options } = await manager.planRecovery(sessionId);
    expect(recoverable).toBe(true);
    expect(options.length).toBeGreaterThan(0);
    await expect(manager.recoverFailedSession(sessionId, { phase: 'audio' })).rejects.toMatchObject({
      code: 'phase_out_of_order',
    });
    await manager.recoverFailedSession(sessionId, { phase: 'research' });
    expect(await manager.getPhaseStatus(sessionId, 'research')).toBe('active');
    expect(await manager.getEpisodeCost(sessionId)).toBe(0.4);
    await expectSound(manager);
  });

  test('given a phase that asks for approval, when it is rejected and approved, then it is done again and goes on', async () => {
    const { manager, sessionId } = await givenResearch({ approvals: ['research'] });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: { draft: 1 } });
    expect((await manager.getSnapshot(sessionId)).value).toEqual({ research: 'review' });
    await expect(manager.resumeEpisode(sessionId)).rejects.toMatchObject({ code: 'wrong_state' });
    await expect(manager.updatePhase({ sessionId, phase: 'script', status: 'active' })).rejects.toMatchObject(
      { sessionId },
    );
    await manager.reject({ sessionId, reason: 'too thin' });
    expect((await manager.getSnapshot(sessionId)).value).toEqual({ research: 'active' });
    await expect(manager.approve({ sessionId })).rejects.toMatchObject({ code: 'wrong_state' });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', data: { draft: 2 } });
    await manager.approve({ sessionId, by: 'Ada' });
    expect(await manager.getPhaseStatus(sessionId, 'research')).toBe('complete');
    await manager.updatePhase({ sessionId, phase: 'script', status: 'active' });
    await expectSound(manager);
  });

  test('given a paused phase, when money is to be reserved, then it waits for resume; late costs land', async () => {
    const { manager, sessionId } = await givenResearch();
    await manager.reserveCost({
      sessionId,
      phase: 'research',
      operation: 'call',
      key: 'before',
      maxCost: '0.30',
    });
    await manager.pause({ sessionId });
    await expect(
      manager.reserveCost({ sessionId, phase: 'research', operation: 'call', key: 'while', maxCost: '0.30' }),
    ).rejects.toMatchObject({ code: 'wrong_state', sessionId });
    await manager.settleCost({ sessionId, key: 'before', cost: '0.20' });
    await manager.addCost({ sessionId, phase: 'research', operation: 'late', cost: '0.10' });
    await expect(manager.pause({ sessionId })).rejects.toMatchObject({ code: 'wrong_state' });
    await manager.resume({ sessionId });
    await manager.reserveCost({
      sessionId,
      phase: 'research',
      operation: 'call',
      key: 'after',
      maxCost: '0.30',
    });
    expect((await manager.getSnapshot(sessionId)).context.money).toMatchObject({
      spent: 300_000,
      reserved: 300_000,
    });
    await expectSound(manager);
  });

  test('given a cancelled episode, when work is tried, then it is refused, its money stays, and it can be archived', async () => {
    const { manager, sessionId } = await givenResearch();
    await manager.reserveCost({ sessionId, phase: 'research', operation: 'call', key: 'k', maxCost: '0.30' });
    await manager.cancelEpisode({ sessionId, reason: 'topic is gone' });
    await expect(
      manager.updatePhase({ sessionId, phase: 'research', status: 'active' }),
    ).rejects.toMatchObject({ sessionId });
    await expect(manager.recoverFailedSession(sessionId)).rejects.toMatchObject({ code: 'not_recoverable' });
    await manager.settleCost({ sessionId, key: 'k', cost: '0.25' });
    await manager.archiveFailedEpisode(sessionId, 'put away');
    await manager.addCost({ sessionId, phase: 'research', operation: 'late', cost: '0.05' });
    expect(await manager.getEpisodeCost(sessionId)).toBe(0.3);
    expect((await manager.getEpisodeState(sessionId)).status).toBe('archived');
    await expectSound(manager);
  });

  test('given reservations, when they are settled above, below, without a cost, or released, then spent and reserved are exact', async () => {
    const { manager, sessionId } = await givenResearch();
    const money = async (): Promise<number[]> => {
      const { spent, reserved } = (await manager.getSnapshot(sessionId)).context.money;
      const today = manager.production.today();
      expect([today.spent, today.reserved]).toEqual([spent, reserved]);
      return [spent, reserved];
    };
    for (const key of ['above', 'below', 'unknown', 'released', 'held'])
      await manager.reserveCost({ sessionId, phase: 'research', operation: 'call', key, maxCost: '0.30' });
    expect(await money()).toEqual([0, 1_500_000]);
    await manager.settleCost({ sessionId, key: 'above', cost: '0.45' });
    expect(await money()).toEqual([450_000, 1_200_000]);
    await manager.settleCost({ sessionId, key: 'below', cost: '0.000001' });
    expect(await money()).toEqual([450_001, 900_000]);
    await manager.settleCost({ sessionId, key: 'unknown' });
    expect(await money()).toEqual([750_001, 600_000]);
    await manager.releaseCost({ sessionId, key: 'released' });
    expect(await money()).toEqual([750_001, 300_000]);
    await manager.send(sessionId, { type: 'operation.held', key: 'held', reason: 'the process died' });
    expect(await money()).toEqual([750_001, 300_000]);
    await expect(
      manager.updatePhase({ sessionId, phase: 'research', status: 'complete' }),
    ).rejects.toMatchObject({ code: 'operations_open' });
    await manager.settleCost({ sessionId, key: 'held', cost: '0.10' });
    expect(await money()).toEqual([850_001, 0]);
    for (const key of ['above', 'below', 'unknown', 'held']) {
      await expect(manager.settleCost({ sessionId, key, cost: '0.10' })).rejects.toMatchObject({
        code: 'operation_settled',
      });
      await expect(manager.releaseCost({ sessionId, key })).rejects.toMatchObject({ sessionId });
      await expect(
        manager.reserveCost({ sessionId, phase: 'research', operation: 'call', key, maxCost: '0.30' }),
      ).rejects.toMatchObject({ code: 'operation_settled' });
    }
    // Released is not settled: the same key may try again.
    await manager.reserveCost({
      sessionId,
      phase: 'research',
      operation: 'call',
      key: 'released',
      maxCost: '0.10',
    });
    await manager.settleCost({ sessionId, key: 'released', cost: 0 });
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete' });
    await expectSound(manager);
  });

  test('given costs that come with a change of phase, when it starts, completes, is skipped or fails, then each is recorded once', async () => {
    const { manager, sessionId } = await givenResearch();
    await manager.updatePhase({ sessionId, phase: 'research', status: 'complete', cost: '0.10' });
    await manager.updatePhase({ sessionId, phase: 'script', status: 'active', cost: '0.20' });
    await manager.updatePhase({
      sessionId,
      phase: 'script',
      status: 'skipped',
      reason: 'made elsewhere',
      cost: '0.30',
    });
    await manager.updatePhase({
      sessionId,
      phase: 'audio',
      status: 'failed',
      error: 'timed out',
      cost: '0.40',
    });
    const { phases, money } = (await manager.getSnapshot(sessionId)).context;
    expect([phases.research.spent, phases.script.spent, phases.audio.spent, money.spent]).toEqual([
      100_000, 500_000, 400_000, 1_000_000,
    ]);
    expect((await manager.getEpisodeState(sessionId)).status).toBe('failed');
    await expectSound(manager);
  });

  test('given costs that add up to more than the largest single amount, when they have landed, then the production goes on, and shows them', async () => {
    const { manager, sessionId, directory } = await givenResearch();
    await manager.addCost({ sessionId, phase: 'research', operation: 'typo', cost: 1_000_000 });
    await manager.addCost({ sessionId, phase: 'research', operation: 'typo', cost: '0.000001' });
    expect(await manager.getTotalSpending()).toBe(1_000_000.000001);
    await manager.close();
    expect(readJson(directory, 'state.json')).toMatchObject({ total_cost: 1_000_000.000001 });
    await expectSound(await openProduction(directory));
  });

  test("given facts have passed the day's cap, when a call that can cost nothing is reserved, then the audit holds nothing against it", async () => {
    const { manager, sessionId } = await givenResearch({ dailyCap: '1.00' });
    const other = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Free' });
    await manager.updatePhase({ sessionId: other, phase: 'research', status: 'active' });
    await manager.reserveCost({
      sessionId: other,
      phase: 'research',
      operation: 'call',
      key: 'open',
      maxCost: '0.50',
    });
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.70' });
    await manager.reserveCost({
      sessionId: other,
      phase: 'research',
      operation: 'call',
      key: 'free',
      maxCost: 0,
    });
    await expect(
      manager.reserveCost({
        sessionId: other,
        phase: 'research',
        operation: 'call',
        key: 'paid',
        maxCost: '0.01',
      }),
    ).rejects.toMatchObject({ code: 'budget_reserved' });
    await expectSound(manager);
  });

  test("given the day's cap is used up, when another episode's phase is started, then it is refused, also without an orchestrator", async () => {
    const { manager, sessionId } = await givenResearch({ dailyCap: '1.00' });
    const other = await manager.createEpisodeSession({ episodeNum: 2, topic: 'Late' });
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '1.00' });
    await expect(
      manager.updatePhase({ sessionId: other, phase: 'research', status: 'active' }),
    ).rejects.toMatchObject({ code: 'daily_cap_reached' });
    expect(await manager.getPhaseStatus(other, 'research')).toBe('pending');
  });

  test('given a large result, when its operation is settled, then it comes back after a restart and lies in a file', async () => {
    const { manager, directory, sessionId } = await givenResearch();
    await manager.reserveCost({
      sessionId,
      phase: 'research',
      operation: 'call',
      key: 'big',
      maxCost: '0.30',
    });
    const result = { text: 'ä'.repeat(100_000) };
    await manager.settleCost({ sessionId, key: 'big', cost: '0.1', result });
    expect(await manager.getOperationResult(sessionId, 'big')).toEqual(result);
    expect(
      readdirSync(join(directory, sessionId, 'checkpoints')).filter((file) => file.startsWith('result_')),
    ).toHaveLength(1);
  });

  test("given a phase's spending crosses 80 % of its budget, when more is spent, then the warning comes once for each crossing", async () => {
    const { manager, sessionId } = await givenResearch({ budgets: { research: '1.00' } });
    const warnings: unknown[] = [];
    manager.on('budget:warning', (notice) => warnings.push(notice));
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.79' });
    expect(warnings).toHaveLength(0);
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.01' });
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.05' });
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.05' });
    expect(warnings).toHaveLength(1);
    await manager.raiseBudget({ sessionId, scope: 'research', amount: '1.00', by: 'Ada', reason: 'more' });
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.60' });
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.20' });
    expect(warnings).toHaveLength(2);
  });

  test("given a day's cap in a time zone, when midnight passes there, then a new day begins, and a settled call counts on the day it was reserved", async () => {
    const { manager, clock, sessionId } = await givenResearch({
      dailyCap: '1.00',
      timeZone: 'America/New_York',
    });
    // 14:30 UTC is 10:30 in New York.
    await manager.reserveCost({ sessionId, phase: 'research', operation: 'call', key: 'a', maxCost: '0.90' });
    await expect(
      manager.reserveCost({ sessionId, phase: 'research', operation: 'call', key: 'b', maxCost: '0.20' }),
    ).rejects.toMatchObject({ code: 'budget_reserved', remedy: 'retry' });
    clock.set('2025-09-04T03:59:59.000Z');
    await expect(
      manager.reserveCost({ sessionId, phase: 'research', operation: 'call', key: 'b', maxCost: '0.20' }),
    ).rejects.toMatchObject({ code: 'budget_reserved' });
    clock.set('2025-09-04T04:00:00.000Z');
    await manager.reserveCost({ sessionId, phase: 'research', operation: 'call', key: 'b', maxCost: '0.20' });
    await manager.settleCost({ sessionId, key: 'a', cost: '0.95' });
    expect((await manager.getSpending()).per_day).toEqual({
      '2025-09-03': { spent: 0.95, reserved: 0 },
      '2025-09-04': { spent: 0, reserved: 0.2 },
    });
    // The clock goes back over midnight by less than an hour: the money stays on the later day.
    clock.set('2025-09-04T03:30:00.000Z');
    await manager.addCost({ sessionId, phase: 'research', operation: 'step', cost: '0.30' });
    expect((await manager.getSpending()).per_day['2025-09-04']).toEqual({ spent: 0.3, reserved: 0.2 });
    await manager.raiseBudget({ sessionId, scope: 'day', amount: '5', by: 'Ada', reason: 'release day' });
    await manager.reserveCost({ sessionId, phase: 'research', operation: 'call', key: 'c', maxCost: '1.50' });
    await expectSound(manager);
    clock.set('2025-09-05T04:00:01.000Z');
    // What was raised was raised for that day.
    await expect(
      manager.reserveCost({ sessionId, phase: 'research', operation: 'call', key: 'd', maxCost: '1.01' }),
    ).rejects.toMatchObject({ code: 'daily_cap_reached' });
    await expectSound(manager);
  });
});
