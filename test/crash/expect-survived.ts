import { expect } from 'vitest';
import { hasKey, type EpisodeContext } from '../../machines/index.js';
import { ProductionStateManager } from '../../src/index.js';
import { expectSameDocumentsWhenRebuilt } from '../support/crash.js';
import { costKeys, expectDocumentsParse, expectSound } from '../support/production.js';
import type { Life } from './life.js';
import { correctedMicro, cost, costMicro, policy, segmentBytes } from './story.js';

/** Codes that a caller may get from a bad disk, or afterwards, for what was not done before. */
const expected = new Set([
  'journal_unavailable',
  'document_unavailable',
  'wrong_state',
  'phase_out_of_order',
  'budget_exhausted',
  'budget_reserved',
  'daily_cap_reached',
  'operation_unknown',
  'operation_exists',
  'operations_open',
  'operation_settled',
  'invalid_input',
  'session_unknown',
]);

/** Whatever was acknowledged is there, the money is exact, no cap is passed, the documents are whole, and the next life can go on. */
export async function expectSurvived(directory: string, life: Life): Promise<void> {
  expect(life.errors).toBe('');
  expect(life.told.filter(({ failed, code }) => failed !== undefined && !expected.has(code ?? ''))).toEqual(
    [],
  );
  const manager = await ProductionStateManager.open({ directory, policy, segmentBytes });
  try {
    await expectSound(manager);
    await expectAcknowledged(manager, life);
    await goOn(manager, life);
    await expectSound(manager);
  } finally {
    await manager.close();
  }
  expectDocumentsParse(directory);
  await expectSameDocumentsWhenRebuilt(directory);
}

async function expectAcknowledged(
  manager: ProductionStateManager,
  { told, others, otherSession }: Life,
): Promise<void> {
  if (otherSession) expect(await costKeys(manager, otherSession)).toEqual(others);
  const sessionId = told.find((said) => said.sessionId)?.sessionId;
  const made = await manager.listEpisodes();
  // A creation that was not acknowledged may have been done.
  expect(made.length).toBeLessThanOrEqual(3);
  if (!sessionId) return;
  const done = new Set(told.flatMap((said) => said.done ?? []));
  const tried = new Set(told.flatMap((said) => said.trying ?? []));
  const keys = await costKeys(manager, sessionId);
  expect(new Set(keys).size, 'a key is settled twice').toBe(keys.length);
  expect(keys).toEqual(
    expect.arrayContaining([...done].filter((what) => what.startsWith('pay ')).map((what) => what.slice(4))),
  );
  expect([...tried]).toEqual(expect.arrayContaining(keys.map((key) => `pay ${key}`)));
  const { context } = await manager.getSnapshot(sessionId);
  const corrections = (await manager.history(sessionId)).flatMap(({ event }) =>
    event.type === 'cost.corrected' ? [event] : [],
  );
  const less = corrections.reduce((sum, { was, cost: now }) => sum + was - now, 0);
  expect(context.money.spent).toBe(keys.length * costMicro - less);
  expect(corrections.map(({ key, cost: now }) => [key, now])).toEqual(
    corrections.length === 0 ? [] : [['a', correctedMicro]],
  );
  if (done.has('correct a')) expect(corrections).toHaveLength(1);
  if (done.has('policy')) expect((await manager.getPolicy()).maxRecoveries).toBe(9);
  expect((await manager.getPolicyHistory()).filter(({ by }) => by === 'ann').length).toBeLessThanOrEqual(1);
  expect(context.money.reserved).toBe(Object.keys(context.operations).length * costMicro);
  expect(context.money.spent + context.money.reserved).toBeLessThanOrEqual(context.budgets.total);
  for (const what of done) if (what.startsWith('reserve ')) expectReserved(context, what.slice(8), tried);
  if (done.has('pay b')) expect(await manager.getOperationResult(sessionId, 'b')).toMatchObject({ key: 'b' });
  if (done.has('save'))
    expect((await manager.loadCheckpoint(sessionId, 'mid')).data).toEqual({ text: 'y'.repeat(80_000) });
  if (done.has('complete')) expect(context.phases.research.status).toBe('complete');
  else if (done.has('recover')) expect(['active', 'complete']).toContain(context.phases.research.status);
  else if (done.has('fail'))
    expect(['failed', 'active', 'complete']).toContain(context.phases.research.status);
}

/** A reservation that was granted is open until somebody at least tries to settle or release it. */
function expectReserved(
  context: Pick<EpisodeContext, 'operations' | 'paid'>,
  key: string,
  tried: ReadonlySet<string>,
): void {
  const isTouched = tried.has(`release ${key}`) || tried.has('complete');
  if (!isTouched)
    expect(
      Object.hasOwn(context.operations, key) || hasKey(context.paid, key),
      `the reservation ${key} is lost`,
    ).toBe(true);
}

/** The next life settles what the last one left, works on, and is refused exactly at the cap. */
async function goOn(manager: ProductionStateManager, { told }: Life): Promise<void> {
  const fresh = await manager.createEpisodeSession({ episodeNum: 3, topic: 'Afterwards' });
  await manager.updatePhase({ sessionId: fresh, phase: 'research', status: 'active' });
  for (const { session_id: sessionId } of await manager.listEpisodes()) {
    const { context } = await manager.getSnapshot(sessionId);
    for (const key of Object.keys(context.operations)) await manager.settleCost({ sessionId, key, cost });
  }
  const { granted, code } = await reserveUntilRefused(manager, fresh);
  expect(['budget_exhausted', 'budget_reserved', 'daily_cap_reached']).toContain(code);
  const { context } = await manager.getSnapshot(fresh);
  expect(context.money.reserved).toBe(granted * costMicro);
  const { spent, reserved, cap } = manager.production.today();
  expect(spent + reserved).toBeLessThanOrEqual(cap);
  expect(told.length).toBeGreaterThan(0);
}

async function reserveUntilRefused(
  manager: ProductionStateManager,
  sessionId: string,
): Promise<{ granted: number; code: string | undefined }> {
  for (let granted = 0; granted < 20; granted += 1) {
    try {
      await manager.reserveCost({
        sessionId,
        phase: 'research',
        operation: 'call',
        key: `after-${granted}`,
        maxCost: cost,
      });
    } catch (error) {
      return { granted, code: (error as { code?: string }).code };
    }
  }
  throw new Error('twenty reservations are more than the cap');
}
