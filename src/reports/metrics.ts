import { phaseNames } from '../../machines/index.js';
import type { EpisodeState, ProductionMetrics, QualityMetrics, StateMetrics } from '../shapes/index.js';
import type { Tally } from './tally.js';

const msPerMinute = 60_000;

/** The `metrics` of state.json. Definitions: docs/metrics.md. */
export function globalMetrics(total: Tally): StateMetrics {
  return {
    avg_cost_per_episode: mean(total.spent / 1e6, total.episodes, 2),
    avg_production_time: mean(total.productionMs / msPerMinute, total.completed, 1),
    success_rate: mean(total.completed, total.completed + total.failed, 4),
  };
}

/** A production's metrics (docs/metrics.md). Minutes, dollars, rates from 0 to 1; 0 where there is nothing to average. */
export function productionMetrics(total: Tally): ProductionMetrics {
  const { avg_cost_per_episode: cost, avg_production_time: time, success_rate: rate } = globalMetrics(total);
  const performance = phaseNames.map((name) => {
    const { completed, failed, ms } = total.phases[name];
    return [
      name,
      {
        avg_time: mean(ms / msPerMinute, completed, 1),
        success_rate: mean(completed, completed + failed, 4),
      },
    ];
  });
  return {
    total_episodes: total.episodes,
    success_rate: rate,
    avg_production_time: time,
    avg_cost: cost,
    phase_performance: Object.fromEntries(performance) as ProductionMetrics['phase_performance'],
  };
}

/** A mean to so many digits; 0 where there is nothing to average. */
export function mean(sum: number, count: number, digits: number): number {
  return count === 0 ? 0 : Number((sum / count).toFixed(digits));
}

const trendEpisodes = 20;
const trendDeadBand = 10_000;

/**
 * Averages of quality scores (docs/metrics.md). `trending` compares the newer with the older half of the last 20 episodes that have scores: each episode
 * counts by the mean of its scores, those above 1 being read as out of 10; a difference within 0.01, or fewer than 4 episodes, is `stable`.
 */
export function qualityMetrics(states: readonly EpisodeState[], total: Tally): QualityMetrics {
  return {
    avg_brand_consistency: average(total, 'brand_consistency'),
    avg_technical_accuracy: average(total, 'technical_accuracy'),
    avg_engagement_score: average(total, 'engagement_score'),
    avg_audio_quality: average(total, 'audio_quality'),
    trending: trendOf(states),
  };
}

function average(total: Tally, name: string): number | null {
  const found = Object.hasOwn(total.quality, name) ? total.quality[name] : undefined;
  return found && found.count > 0 ? Number((found.sum / found.count / 1e6).toFixed(4)) : null;
}

function trendOf(states: readonly EpisodeState[]): QualityMetrics['trending'] {
  const scored = states
    .toSorted((a, b) => (a.created_at < b.created_at ? -1 : 1))
    .map(({ quality_scores: scores }) =>
      Object.values(scores).map((value) => (value > 1 ? value / 10 : value)),
    )
    .filter((values) => values.length > 0)
    .slice(-trendEpisodes)
    .map(meanOf);
  if (scored.length < 4) return 'stable';
  const half = Math.floor(scored.length / 2);
  // In millionths: in floats, 0.51 is more than 0.01 above 0.5.
  const change = Math.round((meanOf(scored.slice(-half)) - meanOf(scored.slice(0, half))) * 1e6);
  if (Math.abs(change) <= trendDeadBand) return 'stable';
  return change > 0 ? 'improving' : 'declining';
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
