import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { expectSound } from './production.js';
import { makeTemporaryDirectory } from './temporary.js';
import { ProductionError, ProductionStateManager } from '../../src/index.js';
import { expectSameDocumentsWhenRebuilt } from './crash.js';

const phases = ['research', 'script', 'audio'] as const;
const total = 1_000;
const dailyCap = 1_200;
const episodes = 4;

interface Command {
  do:
    | 'start'
    | 'complete'
    | 'cost'
    | 'reserve'
    | 'settle'
    | 'release'
    | 'fail'
    | 'recover'
    | 'restore'
    | 'raise'
    | 'pause'
    | 'resume'
    | 'reopen'
    | 'archive';
  by: 0 | 1;
  episode: number;
  phase: number;
  key: number;
  amount: number;
}

/** What is known of money without knowing anything of phases: in micro-dollars. */
class Model {
  readonly spent = new Map<string, number>();
  readonly open = new Map<string, Map<string, number>>();
  readonly settled = new Map<string, Map<string, number>>();
  readonly totals = new Map<string, number>();

  spend(id: string, cost: number): void {
    this.spent.set(id, (this.spent.get(id) ?? 0) + cost);
  }

  reserved(id: string): number {
    return [...(this.open.get(id)?.values() ?? [])].reduce((sum, amount) => sum + amount, 0);
  }

  all(of: (id: string) => number): number {
    return [...this.spent.keys()].reduce((sum, id) => sum + of(id), 0);
  }
}

const oftenMoney = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      'cost' as const,
      'reserve' as const,
      'reserve' as const,
      'settle' as const,
      'settle' as const,
      'release' as const,
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('start' as const, 'recover' as const, 'resume' as const, 'raise' as const),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'complete' as const,
      'fail' as const,
      'restore' as const,
      'pause' as const,
      'reopen' as const,
      'archive' as const,
    ),
  },
);

const command: fc.Arbitrary<Command> = fc.record({
  do: oftenMoney,
  by: fc.constantFrom(0, 1),
  episode: fc.nat(episodes - 1),
  phase: fc.nat(2),
  key: fc.nat(6),
  amount: fc.integer({ min: 0, max: 400 }),
});

const dollars = (micros: number): string => (micros / 1_000_000).toFixed(6);

const policy = {
  budgets: { research: dollars(500), script: dollars(500), audio: dollars(500), total: dollars(total) },
  dailyCap: dollars(dailyCap),
};

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

function same(found: unknown[], expected: unknown[]): void {
  must(isDeepStrictEqual(found, expected), `${JSON.stringify(found)} is not ${JSON.stringify(expected)}`);
}

class Run {
  readonly model = new Model();
  readonly ids: string[] = [];
  managers: ProductionStateManager[] = [];
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  async open(): Promise<void> {
    this.managers = [
      await ProductionStateManager.open({ directory: this.directory, policy }),
      await ProductionStateManager.open({ directory: this.directory, policy }),
    ];
  }

  async close(): Promise<void> {
    await Promise.all(this.managers.map((manager) => manager.close()));
  }

  async create(): Promise<void> {
    for (let n = 0; n < episodes; n += 1) {
      const id = await this.#manager(n % 2).createEpisodeSession({ episodeNum: n + 1, topic: 'Model' });
      this.ids.push(id);
      this.model.spent.set(id, 0);
      this.model.open.set(id, new Map());
      this.model.settled.set(id, new Map());
      this.model.totals.set(id, total);
    }
  }

  #manager(by: number): ProductionStateManager {
    const manager = this.managers[by];
    if (!manager) throw new Error('no manager');
    return manager;
  }

  /** Does it, and tells the model what was acknowledged. Refusals change nothing. */
  async do(step: Command): Promise<void> {
    if (step.do === 'reopen') {
      await this.#manager(step.by).close();
      this.managers[step.by] = await ProductionStateManager.open({ directory: this.directory, policy });
      return;
    }
    try {
      await this.#act(step, this.#manager(step.by), String(this.ids[step.episode]));
    } catch (error) {
      if (!(error instanceof ProductionError) || error.remedy === 'bug') throw error;
    }
  }

  async #act(
    { do: what, phase: index, key: number, amount }: Command,
    manager: ProductionStateManager,
    sessionId: string,
  ): Promise<void> {
    const phase = phases[index] ?? 'research';
    const key = `k${number}`;
    const { model } = this;
    const open = model.open.get(sessionId) ?? new Map<string, number>();
    const settled = model.settled.get(sessionId) ?? new Map<string, number>();
    if (what === 'start') await manager.updatePhase({ sessionId, phase, status: 'active' });
    if (what === 'complete') await manager.updatePhase({ sessionId, phase, status: 'complete' });
    if (what === 'fail') await manager.markPhaseFailed({ sessionId, phase, error: 'rate limit' });
    if (what === 'recover') await manager.recoverFailedSession(sessionId);
    if (what === 'restore')
      await manager.restoreCheckpoint({ sessionId, checkpointName: `${phase}_complete` });
    if (what === 'pause') await manager.pause({ sessionId });
    if (what === 'resume') await manager.resume({ sessionId });
    if (what === 'archive' && amount < 40) await manager.archiveEpisode(sessionId);
    if (what === 'raise') {
      await manager.raiseBudget({
        sessionId,
        scope: 'total',
        amount: dollars(amount),
        by: 'model',
        reason: 'more',
      });
      model.totals.set(sessionId, (model.totals.get(sessionId) ?? 0) + amount);
    }
    if (what === 'cost') {
      await manager.addCost({
        sessionId,
        phase,
        operation: 'step',
        cost: dollars(amount),
        key: `cost-${key}`,
      });
      // Acknowledged again with the same cost, it is the same cost.
      if (!settled.has(`cost-${key}`)) model.spend(sessionId, amount);
      settled.set(`cost-${key}`, amount);
    }
    if (what === 'reserve') {
      const before = model.all((id) => model.reserved(id) + (model.spent.get(id) ?? 0));
      await manager.reserveCost({ sessionId, phase, operation: 'call', key, maxCost: dollars(amount) });
      must(!open.has(key) && !settled.has(key), `${key} was reserved twice`);
      open.set(key, amount);
      // Facts may have passed a cap; a reservation of nothing adds nothing to it.
      must(
        amount === 0 ||
          (model.spent.get(sessionId) ?? 0) + model.reserved(sessionId) <= (model.totals.get(sessionId) ?? 0),
        "the episode's total was passed",
      );
      must(amount === 0 || before + amount <= dailyCap, "the day's cap was passed");
    }
    if (what === 'settle') {
      await manager.settleCost({ sessionId, key, cost: dollars(amount) });
      must(open.has(key), `${key} was not open`);
      open.delete(key);
      settled.set(key, amount);
      model.spend(sessionId, amount);
    }
    if (what === 'release') {
      await manager.releaseCost({ sessionId, key });
      must(open.has(key), `${key} was not open`);
      open.delete(key);
    }
  }

  async check(): Promise<void> {
    const { model } = this;
    for (const manager of this.managers) {
      for (const id of this.ids) {
        const { money } = (await manager.getSnapshot(id)).context;
        same([id, money.spent, money.reserved], [id, model.spent.get(id), model.reserved(id)]);
      }
      const today = manager.production.today();
      const spent = model.all((id) => model.spent.get(id) ?? 0);
      const totalSpending = Math.round((await manager.getTotalSpending()) * 1_000_000);
      same(
        [today.spent, today.reserved, totalSpending],
        [spent, model.all((id) => model.reserved(id)), spent],
      );
    }
  }
}

/** Runs random commands through two managers on one directory; gives how many operations were paid for in all. Throws on the first sum that is wrong. */
export async function runMoneyModel(numRuns: number): Promise<number> {
  let paid = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 80, size: 'max' }), async (commands) => {
      const { directory, remove } = makeTemporaryDirectory();
      const run = new Run(directory);
      try {
        await run.open();
        await run.create();
        // Money moves only where a phase is under way.
        for (const [index, sessionId] of run.ids.entries())
          if (index > 0)
            await run.managers[0]?.updatePhase({ sessionId, phase: 'research', status: 'active' });
        for (const step of commands) await run.do(step);
        await run.check();
        paid += run.model.all((id) => run.model.settled.get(id)?.size ?? 0);
        await run.close();
        await expectSameDocumentsWhenRebuilt(directory);
        run.managers = [await ProductionStateManager.open({ directory, policy })];
        await run.check();
        for (const manager of run.managers) await expectSound(manager);
      } finally {
        await run.close();
        remove();
      }
    }),
    { numRuns },
  );
  return paid;
}
