import {
  phaseNames,
  statusOf,
  toDollars,
  type DayMoney,
  type EpisodeSnapshot,
} from '../../machines/index.js';
import type { ProductionMetrics } from '../shapes/index.js';
import { logFamilies, type LogReport } from './log-report.js';
import { needsOf } from './needs.js';
import { prometheusText } from './prometheus-text.js';
import type { SpendingReport } from './spending.js';

/** What a scrape looks at: listed episodes, and sums over all. */
export interface Scraped {
  metrics: ProductionMetrics;
  spending: SpendingReport;
  today: DayMoney;
  episodes: readonly EpisodeSnapshot[];
  now: string;
  /** How this process fares with the log that carries the production, where one does. */
  log?: LogReport | undefined;
}

/** A production's money and episodes for Prometheus, in base units. No label has an episode's id: a server keeps each value of a label for ever. */
export function scrapeText({ metrics, spending, today, episodes, now, log }: Scraped): string {
  const inPhase = (pick: (phase: (typeof phaseNames)[number]) => number): Labelled =>
    phaseNames.map((phase) => ({ labels: { phase }, value: pick(phase) }));
  const reserved = (phase: (typeof phaseNames)[number]): number =>
    episodes.reduce((sum, { context }) => sum + toDollars(context.phases[phase].reserved), 0);
  const operations = Object.entries(spending.per_operation);
  return prometheusText([
    counter(
      'cost_usd_total',
      'Spent in all episodes.',
      inPhase((phase) => spending.per_phase[phase]),
    ),
    ...(spending.opening_balance === 0
      ? []
      : [
          gauge('opening_balance_usd', 'Spent outside of episodes before the journal began.', [
            { value: spending.opening_balance },
          ]),
        ]),
    gauge('reserved_usd', 'Set aside for calls under way or held.', inPhase(reserved)),
    counter(
      'operation_cost_usd_total',
      'Spent per operation.',
      operations.map(([operation, { cost }]) => ({ labels: { operation }, value: cost })),
    ),
    counter(
      'operations_total',
      'Recorded costs per operation.',
      operations.map(([operation, { count }]) => ({ labels: { operation }, value: count })),
    ),
    gauge('day_spent_usd', 'Spent today, by the budget’s day.', [{ value: toDollars(today.spent) }]),
    gauge('day_reserved_usd', 'Set aside today.', [{ value: toDollars(today.reserved) }]),
    gauge('day_cap_usd', 'What may be spent today.', [{ value: toDollars(today.cap) }]),
    counter('episodes_total', 'Episodes ever created.', [{ value: metrics.total_episodes }]),
    gauge(
      'episodes',
      'Listed episodes, by status.',
      counted(
        episodes.map(({ value }) => statusOf(value)),
        'status',
      ),
    ),
    gauge(
      'episodes_waiting',
      'Listed episodes that wait for a person, by what for.',
      counted(
        episodes.flatMap((episode) => needsOf(episode, now).map(({ need }) => need)),
        'need',
      ),
    ),
    gauge(
      'phase_seconds',
      'Mean time of a completed phase.',
      inPhase((phase) => metrics.phase_performance[phase].avg_time * 60),
    ),
    ...(log ? logFamilies(log) : []),
  ]);
}

type Labelled = { labels?: Record<string, string>; value: number }[];

function counter(name: string, help: string, samples: Labelled) {
  return { name: `showrunner_${name}`, type: 'counter' as const, help, samples };
}

function gauge(name: string, help: string, samples: Labelled) {
  return { ...counter(name, help, samples), type: 'gauge' as const };
}

function counted(words: readonly string[], label: string): Labelled {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, value]) => ({ labels: { [label]: word }, value }));
}
