import {
  phaseNames,
  possibleEvents,
  stateName,
  statusOf,
  toDollars,
  type EpisodeContext,
  type EpisodeSnapshot,
  type PhaseName,
  type Policy,
} from '../../machines/index.js';
import { isLiveClaim } from '../disk/index.js';
import { needsHere } from '../production/needs-here.js';
import type { Production } from '../production/index.js';
import { episodeEstimates, episodeWarnings, waitOf } from '../reports/index.js';
import type { BoardEpisode, PhaseView } from './api.js';

/** Where an episode is looked at: a production, or one as it stood. */
export type Looking = Pick<Production, 'directory' | 'now' | 'position'> & {
  policy: Pick<Policy, 'timeZone'>;
};

/** An episode as the board shows it at a moment. */
export function boardEpisode(snapshot: EpisodeSnapshot, looking: Looking): BoardEpisode {
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
    warnAt: shareOf(toDollars(budgets.total), context.rules.warnAtPercent),
    quality: context.quality,
    needs: needsHere(looking, snapshot),
    wait: waitOf(statusOf(snapshot.value), context, {
      now: looking.now(),
      timeZone: looking.policy.timeZone,
    }),
    warnings: episodeWarnings(context),
    estimates: episodeEstimates(context),
    worker: workerOf(context, looking.now()),
    position: looking.position,
    createdAt: context.createdAt,
    updatedAt: latest(context.updatedAt, ...phaseNames.map((name) => phases[name].endedAt ?? '')),
  };
}

/** Who works on an episode at a time, as far as this machine can tell. */
export function workerOf({ claim }: Pick<EpisodeContext, 'claim'>, now: string): string | null {
  return claim && isLiveClaim(claim, now) ? claim.by : null;
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
    warnAt: shareOf(budget, rules.warnAtPercent),
  };
}

/** So many percent of an amount, in decimal dollars. */
export function shareOf(amount: number, percent: number): number {
  return Number(((amount * percent) / 100).toFixed(6));
}

/** Event types that the chart would take now. */
export function allowedEvents(snapshot: EpisodeSnapshot): string[] {
  return possibleEvents(snapshot);
}
