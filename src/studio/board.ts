import {
  heldOperations,
  phaseNames,
  possibleEvents,
  stateName,
  statusOf,
  toDollars,
  type EpisodeContext,
  type EpisodeSnapshot,
  type PhaseName,
} from '../../machines/index.js';
import type { BoardEpisode, Need, PhaseView } from './api.js';

/** An episode as the board shows it. */
export function boardEpisode(snapshot: EpisodeSnapshot): BoardEpisode {
  const { context } = snapshot;
  const { money, phases, budgets } = context;
  return {
    sessionId: context.sessionId,
    episodeNumber: context.episodeNumber,
    topic: context.topic,
    status: statusOf(snapshot.value),
    state: stateName(snapshot),
    phases: Object.fromEntries(phaseNames.map((name) => [name, phaseView(context, name)])) as Record<
      PhaseName,
      PhaseView
    >,
    spent: toDollars(money.spent),
    reserved: toDollars(money.reserved),
    budget: toDollars(budgets.total),
    quality: context.quality,
    needs: needsOf(snapshot),
    createdAt: context.createdAt,
    updatedAt: latest(context.updatedAt, ...phaseNames.map((name) => phases[name].endedAt ?? '')),
  };
}

function latest(...times: string[]): string {
  return times.reduce((last, time) => (time > last ? time : last));
}

function phaseView({ phases, budgets, rules }: EpisodeContext, name: PhaseName): PhaseView {
  const { status, spent, reserved, startedAt, endedAt } = phases[name];
  const budget = toDollars(budgets[name]);
  return {
    status,
    spent: toDollars(spent),
    reserved: toDollars(reserved),
    startedAt,
    endedAt,
    budget,
    warnAt: Number(((budget * rules.warnAtPercent) / 100).toFixed(6)),
  };
}

/** Why a person is needed, most urgent first. */
function needsOf(snapshot: EpisodeSnapshot): { need: Need; text: string }[] {
  const { context } = snapshot;
  const status = statusOf(snapshot.value);
  if (status === 'archived') return [];
  const needs: { need: Need; text: string }[] = [];
  const state = stateName(snapshot);
  const [phase = ''] = state.split('.');
  if (state.endsWith('.review')) needs.push({ need: 'approval', text: `${phase} waits for approval` });
  const held = heldOperations(context);
  if (held.length > 0)
    needs.push({
      need: 'held_operation',
      text: `outcome unknown: ${held.slice(0, 3).join(', ')}${held.length > 3 ? ` and ${held.length - 3} more` : ''}`,
    });
  const { failure } = context;
  if (status === 'failed' && failure && failure.code !== 'cancelled')
    needs.push({ need: needAfter(failure.code), text: failure.message });
  return needs;
}

function needAfter(code: string): Need {
  if (code === 'budget_exhausted') return 'budget_stop';
  return code === 'daily_cap_reached' ? 'daily_stop' : 'failed';
}

/** Event types that the chart would take now. */
export function allowedEvents(snapshot: EpisodeSnapshot): string[] {
  return possibleEvents(snapshot);
}
