import type { PersistedEpisode } from '../../machines/index.js';
import type { DayMoney } from '../../machines/episode/events.js';
import { stateName } from '../../machines/episode/state-name.js';
import { phaseNames, type PhaseStatus } from '../../machines/phase-names.js';
import { formatUsd } from '../../machines/usd.js';

const marks: Record<PhaseStatus, string> = {
  pending: '○',
  active: '◐',
  complete: '●',
  skipped: '●',
  failed: '✗',
};

/** `ep_012 script ◐ $1.40 of $2.00 · day $12.10 of $50.00`; the day alone where no episode is meant. */
export function statusLineText(episode: PersistedEpisode | undefined, { spent, cap }: DayMoney): string {
  const day = `day ${formatUsd(spent)} of ${formatUsd(cap)}`;
  if (!episode) return day;
  const { sessionId, phases, money, budgets } = episode.context;
  const [at = ''] = stateName(episode).split('.');
  const phase = phaseNames.find((name) => name === at);
  const mark = phase ? ` ${marks[phases[phase].status]}` : '';
  return `${sessionId.slice(0, 6)} ${at}${mark} ${formatUsd(money.spent)} of ${formatUsd(budgets.total)} · ${day}`;
}
