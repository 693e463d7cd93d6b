import type { ProductionStateManager } from '../../manager/manager.js';
import type { Run } from '../command.js';
import { confirm } from '../confirm.js';
import { needLines } from '../format.js';
import { numberOf } from '../number-of.js';
import { UsageError } from '../usage-error.js';

export const run: Run = async (context, _args, options) => {
  const { olderThan, dryRun } = options;
  const hours = typeof olderThan === 'string' ? { olderThanHours: hoursOf(olderThan) } : {};
  const manager = await context.open(dryRun === true ? { readOnly: true } : {});
  const found = await manager.cleanupOrphanedSessions({ ...hours, dryRun: true });
  const list = found.archived.join(', ');
  if (dryRun === true || found.archived.length === 0) {
    const text = found.archived.length === 0 ? 'No orphans.' : `Would archive: ${list}. Nothing was done.`;
    return {
      json: { ...found, dry_run: dryRun === true },
      text: [text, ...(await leftAlone(manager, found.waiting))].join('\n'),
    };
  }
  await confirm(context, options, `Archive ${list}? Their files stay.`);
  const cleaned = await manager.cleanupOrphanedSessions(hours);
  const lines = [
    `Archived: ${cleaned.archived.join(', ')}. Their files stay.`,
    ...cleaned.archived.map((id) => `  bring it back: showrunner unarchive ${id}`),
    ...(await leftAlone(manager, cleaned.waiting)),
  ];
  return { json: { ...cleaned, dry_run: false }, text: lines.join('\n') };
};

function hoursOf(olderThan: string): number {
  const hours = numberOf(olderThan, '--older-than');
  if (hours >= 0) return hours;
  throw new UsageError(`--older-than: ${olderThan} is no number of hours`);
}

/** Those that nobody has lost, with what they wait for. */
async function leftAlone(manager: ProductionStateManager, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { needsHere } = await import('../../production/needs-here.js');
  const { production } = manager;
  return [
    'Left alone, since they wait:',
    ...ids.flatMap((id) => {
      const snapshot = production.find(id as never);
      const lines = snapshot ? needLines(needsHere(production, snapshot), `  ${id}: `) : [];
      return lines.length > 0 ? lines : [`  ${id}`];
    }),
  ];
}
