import type { ProductionStateManager } from '../../manager/manager.js';
import type { SessionId } from '../../../machines/index.js';
import { toDollars, type Usd } from '../../../machines/usd.js';
import type { Run } from '../command.js';
import { changed } from '../changed.js';
import { findEpisode } from '../find-episode.js';
import { dollars, table } from '../format.js';
import { UsageError, needed } from '../usage-error.js';

const scopes = ['research', 'script', 'audio', 'total', 'day'] as const;
type Scope = (typeof scopes)[number];

interface Line {
  scope: string;
  budget: number;
  spent: number;
  reserved: number;
}

export const run: Run = async (context, [name = '', scope, amount], { reason }) => {
  if (scope === undefined) {
    const manager = await context.open({ looks: true });
    const lines = await budgetsOf(manager, await findEpisode(manager, name));
    const rows = lines.map(({ scope: of, budget, spent, reserved }) => [
      of,
      dollars(budget),
      dollars(spent),
      dollars(reserved),
    ]);
    return { json: { budgets: lines }, text: table(['scope', 'budget', 'spent', 'reserved'], rows) };
  }
  const chosen = scopes.find((each) => each === scope);
  if (!chosen) throw new UsageError(`${scope} is not ${scopes.join(', ')}`);
  const asked = { amount: needed(amount, 'the budget (9), or what is added (+2) or taken away (-1)') };
  const why = { by: context.by, reason: needed(reason, '--reason') };
  let lines: { before: Line; after: Line } | undefined;
  const result = await changed(context, name, async (manager, sessionId) => {
    const before = await lineOf(manager, sessionId, chosen);
    const state = await change(manager, { sessionId, scope: chosen, ...why }, asked.amount);
    lines = { before, after: await lineOf(manager, sessionId, chosen) };
    return state;
  });
  if (!lines) return result;
  const { before, after } = lines;
  return {
    ...result,
    json: {
      ...result.json,
      budget: {
        scope: chosen,
        before: before.budget,
        after: after.budget,
        spent: after.spent,
        reserved: after.reserved,
      },
    },
    text: `${chosen}: ${dollars(before.budget)} before, ${dollars(after.budget)} now (${dollars(after.spent)} spent, ${dollars(after.reserved)} reserved)\n${result.text}`,
  };
};

/** `9` is what the budget is from now on; `+2` adds to it, `-1` takes away. */
function change(
  manager: ProductionStateManager,
  input: { sessionId: SessionId; scope: Scope; by: string; reason: string },
  amount: string,
) {
  const sum = amount.slice(1);
  if (/^[+-]$/.test(amount))
    throw new UsageError(`${amount} of how much? 9 sets the budget, +2 adds to it, -1 takes away`);
  if (amount.startsWith('+')) return manager.raiseBudget({ ...input, amount: sum });
  if (amount.startsWith('-')) return manager.lowerBudget({ ...input, amount: sum });
  return manager.setBudget({ ...input, amount });
}

async function lineOf(manager: ProductionStateManager, sessionId: SessionId, scope: Scope): Promise<Line> {
  const lines = await budgetsOf(manager, sessionId);
  return lines[scopes.indexOf(scope)] ?? { scope, budget: 0, spent: 0, reserved: 0 };
}

/** In the order of {@link scopes}. */
async function budgetsOf(manager: ProductionStateManager, sessionId: SessionId): Promise<Line[]> {
  const { budgets, phases, money } = (await manager.getSnapshot(sessionId)).context;
  const day = manager.production.today();
  const line = (scope: string, budget: Usd, { spent, reserved }: { spent: Usd; reserved: Usd }): Line => ({
    scope,
    budget: toDollars(budget),
    spent: toDollars(spent),
    reserved: toDollars(reserved),
  });
  return [
    ...(['research', 'script', 'audio'] as const).map((phase) => line(phase, budgets[phase], phases[phase])),
    line('total', budgets.total, money),
    line(`day ${day.date}`, day.cap, day),
  ];
}
