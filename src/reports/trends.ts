import { phaseNames, type PhaseName } from '../../machines/index.js';
import type { EpisodeState } from '../shapes/index.js';
import { mean } from './metrics.js';
import { addTally, emptyTally, lastEnd, tallyOf, type Tally } from './tally.js';

const msPerMinute = 60_000;
const digits = 6;

/** Mean dollars per phase of the episodes created on one day (UTC). */
export interface DayCosts {
  date: string;
  episodes: number;
  cost: Record<PhaseName, number>;
}

/** What became of the episodes that ended on one day (UTC). Mean minutes from creation to the end of the last phase; null when none completed. */
export interface DayOutcomes {
  date: string;
  completed: number;
  failed: number;
  minutes: number | null;
}

/** The scores of one episode, at its last change. */
export interface EpisodeScores {
  sessionId: string;
  at: string;
  scores: Record<string, number>;
}

/** Costs by day of creation, oldest first. */
export function dayCosts(states: readonly EpisodeState[]): DayCosts[] {
  return perDay(states, ({ created_at: at }) => at).map(([date, { episodes, phases }]) => ({
    date,
    episodes,
    cost: Object.fromEntries(
      phaseNames.map((name) => [name, mean(phases[name].spent / 1e6, episodes, digits)]),
    ) as Record<PhaseName, number>,
  }));
}

/** Outcomes by day of the end, oldest first. */
export function dayOutcomes(states: readonly EpisodeState[]): DayOutcomes[] {
  const ended = states.filter((state) => {
    const { completed, failed } = tallyOf(state);
    return completed + failed > 0;
  });
  return perDay(ended, endOf).map(([date, { completed, failed, productionMs }]) => ({
    date,
    completed,
    failed,
    minutes: completed === 0 ? null : mean(productionMs / msPerMinute, completed, digits),
  }));
}

/** The scores of every scored episode, oldest first. */
export function episodeScores(states: readonly EpisodeState[]): EpisodeScores[] {
  return states
    .filter(({ quality_scores: scores }) => Object.keys(scores).length > 0)
    .map(({ session_id: sessionId, updated_at: at, quality_scores: scores }) => ({ sessionId, at, scores }))
    .sort((a, b) => (a.at < b.at ? -1 : 1));
}

function endOf(state: EpisodeState): string {
  return (tallyOf(state).completed === 1 ? lastEnd(state) : null) ?? state.updated_at;
}

function perDay(states: readonly EpisodeState[], timeOf: (state: EpisodeState) => string): [string, Tally][] {
  const days = new Map<string, Tally>();
  for (const state of states) {
    const date = timeOf(state).slice(0, 10);
    days.set(date, addTally(days.get(date) ?? emptyTally(), tallyOf(state)));
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1));
}
