import { formatUsd, phaseNames, rehydrate, stateName, type PhaseStatus } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { episodeFor } from './hooks/episode-of-hook.js';
import { readNotes } from './hooks/session-notes.js';

const marks: Record<PhaseStatus, string> = {
  pending: '○',
  active: '◐',
  complete: '●',
  skipped: '●',
  failed: '✗',
};

/** `ep_012 script ◐ $1.40 of $2.00 · day $12.10 of $50.00`: the episode that a host's session works on, or the only one; empty where there is none. */
export async function statusLine(
  manager: ProductionStateManager,
  directory: string,
  session: string | undefined,
): Promise<string> {
  const known = session === undefined ? undefined : readNotes(directory, session).episode;
  const found = await episodeFor(manager, known);
  const { spent, cap } = manager.production.today();
  const day = `day ${formatUsd(spent)} of ${formatUsd(cap)}`;
  if ('why' in found) return day;
  const persisted = await manager.getSnapshot(found.id);
  const { phases, money, budgets } = persisted.context;
  const [at = ''] = stateName(rehydrate(persisted)).split('.');
  const phase = phaseNames.find((name) => name === at);
  const mark = phase ? ` ${marks[phases[phase].status]}` : '';
  return `${found.id.slice(0, 6)} ${at}${mark} ${formatUsd(money.spent)} of ${formatUsd(budgets.total)} · ${day}`;
}
