import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineCrew, type PolicyInput, type ProductionStateManager } from '../../src/index.js';
import { bundleProcess } from '../support/bundle.js';
import { expectSound, openProduction } from '../support/production.js';
import { startPaying, type Paying } from '../support/start-paying.js';
import { temporaryDirectory } from '../support/temporary.js';

const processes = 10;
const each = 10;
/** A hundred operations of at most 0.50 reserve five times as much, and at 0.01 cost a tenth of it. */
const cap = '10.00';
const capMicro = 10_000_000;

async function given(policy: PolicyInput, episodes: number) {
  const directory = temporaryDirectory();
  const manager = await openProduction(directory, { policy });
  const sessions: string[] = [];
  for (let episodeNum = 1; episodeNum <= episodes; episodeNum += 1)
    sessions.push(await manager.createEpisodeSession({ episodeNum, topic: `Crowd ${episodeNum}` }));
  return { directory, manager, sessions };
}

/** A reader who looks at every commit that he hears of: the most that was ever spent and reserved. */
function watch(manager: ProductionStateManager, sessionId?: string): () => { most: number; looks: number } {
  const seen = { most: 0, looks: 0 };
  manager.production.follow();
  manager.production.onCommit(() => {
    const { spent, reserved } = sessionId
      ? manager.production.episode(sessionId as never).context.money
      : manager.production.today();
    seen.most = Math.max(seen.most, spent + reserved);
    seen.looks += 1;
  });
  return () => seen;
}

/** The most that was spent and reserved after any commit, as history tells it. */
async function mostInHistory(manager: ProductionStateManager, sessions: readonly string[]): Promise<number> {
  const histories = await Promise.all(sessions.map((sessionId) => manager.history(sessionId)));
  const all = histories
    .flatMap((history, episode) => history.map((entry) => ({ ...entry, episode })))
    .sort((a, b) => a.position - b.position);
  const open = new Map<string, number>();
  let [committed, most] = [0, 0];
  for (const { event, episode } of all) {
    if (event.type === 'cost.reserve') {
      open.set(`${episode} ${event.key}`, event.amount);
      committed += event.amount;
    } else if (event.type === 'operation.settled')
      committed += event.cost - (open.get(`${episode} ${event.key}`) ?? 0);
    most = Math.max(most, committed);
  }
  return most;
}

async function allEnd(crowd: readonly Paying[]): Promise<void> {
  const codes = await Promise.all(crowd.map(({ ended }) => ended));
  expect({ codes, errors: crowd.map(({ errors }) => errors()).join('') }).toEqual({
    codes: crowd.map(() => 0),
    errors: '',
  });
}

/** Within a process first come is first served. */
function expectInOrder(crowd: readonly Paying[], labels: readonly string[]): void {
  const served = crowd.map(({ said }) => said.flatMap((line) => line.served ?? []));
  expect(served).toEqual(labels.map((label) => Array.from({ length: each }, (_, n) => `${label}-${n}`)));
}

describe('ten processes that together reserve five times what there is, and need a tenth of it', () => {
  const labels = Array.from({ length: processes }, (_, index) => `p${index}`);
  let file = '';
  let remove = (): void => {};
  beforeAll(async () => void ({ file, remove } = await bundleProcess('test/support/paying.ts', 'crowd')));
  afterAll(() => remove());

  test("given an episode's budget, then all hundred are served in turn, nobody starves, and at no moment is it passed", async () => {
    const { directory, manager, sessions } = await given({ budgets: { research: cap, total: cap } }, 1);
    const sessionId = String(sessions[0]);
    await manager.updatePhase({ sessionId, phase: 'research', status: 'active' });
    const seen = watch(manager, sessionId);
    const crowd = labels.map((label) =>
      startPaying(file, { directory, task: 'reserve', sessionId, label, count: each }),
    );
    await allEnd(crowd);
    expectInOrder(crowd, labels);
    expect(await manager.getEpisodeCost(sessionId)).toBe(1);
    expect(seen().most).toBeLessThanOrEqual(capMicro);
    expect(seen().looks).toBeGreaterThan(processes);
    expect(await mostInHistory(manager, sessions)).toBeLessThanOrEqual(capMicro);
    await expectSound(manager);
  });

  test("given the day's cap, when each produces an episode of its own, then the same", async () => {
    const { directory, manager, sessions } = await given({ dailyCap: cap }, processes);
    const seen = watch(manager);
    const crowd = labels.map((label, index) =>
      startPaying(file, {
        directory,
        task: 'produce',
        sessionId: String(sessions[index]),
        label,
        count: each,
      }),
    );
    await allEnd(crowd);
    expectInOrder(crowd, labels);
    expect(crowd.map(({ said }) => said.at(-1)?.outcome)).toEqual(labels.map(() => 'complete'));
    expect(await manager.getTotalSpending()).toBe(1);
    expect(seen().most).toBeLessThanOrEqual(capMicro);
    expect(await mostInHistory(manager, sessions)).toBeLessThanOrEqual(capMicro);
    await expectSound(manager);
  });

  test('given one held call that leaves room for none, then each says whose turn it is, and all go on when it is released', async () => {
    const { directory, manager, sessions } = await given(
      { dailyCap: cap, budgets: { research: cap, total: cap } },
      processes + 1,
    );
    const holding = String(sessions.pop());
    const lost = defineCrew({
      research: ({ operation }) =>
        operation('ask', { key: 'lost', maxCost: '9.75' }, async () => {
          throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        }),
      script: async () => null,
      audio: async () => null,
    });
    expect(await manager.produce(holding, lost)).toMatchObject({ outcome: 'waiting' });
    const startAll = (): Paying[] =>
      sessions.map((sessionId, index) =>
        startPaying(file, { directory, task: 'produce', sessionId, label: `p${index}`, count: each }),
      );
    const crowd = startAll();
    await allEnd(crowd);
    const turn = new RegExp(`lost of ${holding} \\(\\$9\\.75\\).*a person's turn`);
    expect(crowd.map(({ said }) => said.at(-1))).toEqual(
      labels.map(() => ({ outcome: 'waiting', reason: expect.stringMatching(turn) })),
    );
    await manager.resumeEpisode(holding);
    const reserve = manager.reserveCost({
      sessionId: holding,
      phase: 'research',
      operation: 'ask',
      key: 'other',
      maxCost: '0.50',
      waitMs: 600_000,
    });
    await expect(reserve).rejects.toMatchObject({ code: 'operation_held' });
    await manager.releaseCost({ sessionId: holding, key: 'lost' });
    for (const sessionId of sessions) await manager.resumeEpisode(sessionId);
    const again = startAll();
    await allEnd(again);
    expect(again.map(({ said }) => said.at(-1)?.outcome)).toEqual(labels.map(() => 'complete'));
    expect(await manager.getTotalSpending()).toBe(1);
    await expectSound(manager);
  });
});
