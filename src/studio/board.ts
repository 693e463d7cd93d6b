import {
  isSessionId,
  phaseNames,
  possibleEvents,
  stateName,
  statusOf,
  toDollars,
  type EpisodeContext,
  type EpisodeSnapshot,
  type PhaseName,
} from '../../machines/index.js';
import { withCrew } from '../documents/with-crew.js';
import { episodeEstimates, episodeWarnings, needsOf, waitOf } from '../reports/index.js';
import type { Need } from '../shapes/index.js';
import type { BoardEpisode, PhaseView } from './api.js';

/** When and where an episode is looked at. */
export interface Looking {
  /** ISO-8601 UTC: tells whether a claim on it is alive. */
  now: string;
  timeZone: string;
  /** The production's: what is kept there decides which commands lead on. */
  directory: string;
}

/** An episode as the board shows it at a moment. */
export function boardEpisode(snapshot: EpisodeSnapshot, { now, timeZone, directory }: Looking): BoardEpisode {
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
    needs: needsAt(snapshot, now, directory),
    wait: waitOf(statusOf(snapshot.value), context, { now, timeZone }),
    warnings: episodeWarnings(context),
    estimates: episodeEstimates(context),
    createdAt: context.createdAt,
    updatedAt: latest(context.updatedAt, ...phaseNames.map((name) => phases[name].endedAt ?? '')),
  };
}

function needsAt(snapshot: EpisodeSnapshot, now: string, directory: string): Need[] {
  const needs = needsOf(snapshot, now);
  const { sessionId } = snapshot.context;
  return isSessionId(sessionId) ? withCrew(needs, directory, sessionId) : needs;
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
