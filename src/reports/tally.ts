import { addUsd, fromDollars, phaseNames, type PhaseName, type Usd } from '../../machines/index.js';
import type { EpisodeState } from '../shapes/index.js';

/** What one phase adds up to over many episodes. Milliseconds, micro-dollars. */
export interface PhaseTally {
  completed: number;
  failed: number;
  ms: number;
  spent: Usd;
}

/** What a set of episodes adds up to, so that they need not be read again. Integers only, so that order and grouping do not matter. */
export interface Tally {
  episodes: number;
  completed: number;
  failed: number;
  spent: Usd;
  /** Spent outside of episodes, before the journal began. */
  opening: Usd;
  /** From creation to the end of the last phase, over completed episodes. */
  productionMs: number;
  phases: Record<PhaseName, PhaseTally>;
  /** Sums in millionths, and counts, per quality score. */
  quality: Record<string, { sum: number; count: number }>;
}

const none = 0 as Usd;
const emptyPhase: PhaseTally = { completed: 0, failed: 0, ms: 0, spent: none };

export function emptyTally(): Tally {
  return {
    episodes: 0,
    completed: 0,
    failed: 0,
    spent: none,
    opening: none,
    productionMs: 0,
    phases: { research: emptyPhase, script: emptyPhase, audio: emptyPhase },
    quality: {},
  };
}

/** What was spent in episodes and outside of them. */
export function allSpent({ spent, opening }: Tally): Usd {
  return addUsd(spent, opening);
}

const known = new WeakMap<EpisodeState, Tally>();

/** What one episode contributes. A skipped phase counts neither as completed nor as failed. */
export function tallyOf(state: EpisodeState): Tally {
  const cached = known.get(state);
  if (cached) return cached;
  const completed = phaseNames.every((name) => ['complete', 'skipped'].includes(state.phases[name].status));
  const failed = !completed && (state.status === 'failed' || state.status === 'archived');
  const tally: Tally = {
    episodes: 1,
    completed: completed ? 1 : 0,
    failed: failed ? 1 : 0,
    spent: fromDollars(state.total_cost, 'total_cost'),
    opening: none,
    productionMs: completed ? between(state.created_at, lastEnd(state)) : 0,
    phases: Object.fromEntries(
      phaseNames.map((name) => [name, tallyOfPhase(state.phases[name])]),
    ) as Tally['phases'],
    quality: Object.fromEntries(
      Object.entries(state.quality_scores).map(([name, value]) => [
        name,
        { sum: Math.round(value * 1e6), count: 1 },
      ]),
    ),
  };
  known.set(state, tally);
  return tally;
}

/** When the last of an episode's phases ended; null while none has. */
export function lastEnd({ phases }: EpisodeState): string | null {
  return (
    phaseNames
      .flatMap((name) => phases[name].end_time ?? [])
      .sort()
      .at(-1) ?? null
  );
}

function tallyOfPhase({
  status,
  cost,
  start_time: start,
  end_time: end,
}: EpisodeState['phases']['research']): PhaseTally {
  return {
    completed: status === 'complete' ? 1 : 0,
    failed: status === 'failed' ? 1 : 0,
    ms: status === 'complete' && start !== null ? between(start, end) : 0,
    spent: fromDollars(cost),
  };
}

function between(start: string, end: string | null): number {
  return end === null ? 0 : Math.max(0, Date.parse(end) - Date.parse(start));
}

export function addTally(a: Tally, b: Tally): Tally {
  return combine(a, b, 1);
}

/** Takes out what was added before. */
export function subtractTally(a: Tally, b: Tally): Tally {
  return combine(a, b, -1);
}

function combine(a: Tally, b: Tally, sign: 1 | -1): Tally {
  const phases = Object.fromEntries(
    phaseNames.map((name) => {
      const [x, y] = [a.phases[name], b.phases[name]];
      return [
        name,
        {
          completed: x.completed + sign * y.completed,
          failed: x.failed + sign * y.failed,
          ms: x.ms + sign * y.ms,
          spent: x.spent + sign * y.spent,
        },
      ];
    }),
  ) as Tally['phases'];
  const quality = { ...a.quality };
  for (const [name, { sum, count }] of Object.entries(b.quality)) {
    const before = Object.hasOwn(quality, name) ? quality[name] : undefined;
    quality[name] = { sum: (before?.sum ?? 0) + sign * sum, count: (before?.count ?? 0) + sign * count };
    if (quality[name].count === 0) delete quality[name];
  }
  return {
    episodes: a.episodes + sign * b.episodes,
    completed: a.completed + sign * b.completed,
    failed: a.failed + sign * b.failed,
    spent: (a.spent + sign * b.spent) as Usd,
    opening: (a.opening + sign * b.opening) as Usd,
    productionMs: a.productionMs + sign * b.productionMs,
    phases,
    quality,
  };
}
