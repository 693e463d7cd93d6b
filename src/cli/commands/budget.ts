import type { Run } from '../command.js';
import { toDollars } from '../../../machines/usd.js';
import { changed } from '../changed.js';
import { findEpisode } from '../find-episode.js';
import { dollars, table } from '../format.js';
import { UsageError, needed } from '../usage-error.js';

const scopes = ['research', 'script', 'audio', 'total', 'day'] as const;

export const run: Run = async (context, [name = '', scope, amount], { reason }) => {
  if (scope !== undefined) {
    const chosen = scopes.find((each) => each === scope);
    if (!chosen) throw new UsageError(`${scope} is not ${scopes.join(', ')}`);
    return changed(context, name, (manager, sessionId) =>
      manager.raiseBudget({
        sessionId,
        scope: chosen,
        amount: needed(amount, 'the amount to add'),
        by: context.by,
        reason: needed(reason, '--reason'),
      }),
    );
  }
  const manager = await context.open();
  const { budgets, phases, money } = (await manager.getSnapshot(await findEpisode(manager, name))).context;
  const day = manager.production.today();
  const lines = [
    ...(['research', 'script', 'audio'] as const).map((phase) => ({
      scope: phase,
      budget: budgets[phase],
      spent: phases[phase].spent,
      reserved: phases[phase].reserved,
    })),
    { scope: 'total', budget: budgets.total, spent: money.spent, reserved: money.reserved },
    { scope: `day ${day.date}`, budget: day.cap, spent: day.spent, reserved: day.reserved },
  ].map((line) => ({
    scope: line.scope,
    budget: toDollars(line.budget),
    spent: toDollars(line.spent),
    reserved: toDollars(line.reserved),
  }));
  const rows = lines.map((line) => [
    line.scope,
    dollars(line.budget),
    dollars(line.spent),
    dollars(line.reserved),
  ]);
  return { json: { budgets: lines }, text: table(['scope', 'budget', 'spent', 'reserved'], rows) };
};
