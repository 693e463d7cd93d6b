import * as z from 'zod';
import { EpisodeStatus, PhaseName, PhaseStatus } from '../../machines/index.js';

/** `2025-09-03T14:30:22Z`, to the second, as the seed writes times. */
const Time = z.string();
const DollarAmount = z.number().nonnegative();

export const PhaseState = z.object({
  status: PhaseStatus,
  cost: DollarAmount,
  start_time: Time.nullable(),
  end_time: Time.nullable(),
  /** `research_complete.json`: the checkpoint's name with `.json`. */
  checkpoint: z.string().nullable(),
});

/** An episode as files and queries show it (docs/file-formats.md). Costs in decimal dollars. */
export const EpisodeState = z.object({
  episode_number: z.int().positive(),
  topic: z.string(),
  session_id: z.string(),
  status: EpisodeStatus,
  phases: z.object({ research: PhaseState, script: PhaseState, audio: PhaseState }),
  total_cost: DollarAmount,
  quality_scores: z.record(z.string(), z.number()),
  created_at: Time,
  updated_at: Time,
});
export interface EpisodeState extends z.infer<typeof EpisodeState> {}

/** What a checkpoint shows (docs/file-formats.md). */
export const CheckpointContents = z.object({
  phase: PhaseName,
  timestamp: Time,
  data: z.unknown(),
  next_phase: PhaseName.nullable(),
  can_resume: z.boolean(),
});
export type CheckpointContents = z.infer<typeof CheckpointContents>;

/** The `metrics` of state.json (docs/file-formats.md): dollars, minutes, a rate from 0 to 1. */
export interface StateMetrics {
  avg_cost_per_episode: number;
  avg_production_time: number;
  success_rate: number;
}

export interface GlobalMetrics {
  total_cost: number;
  total_episodes: number;
  active_episodes: number;
  completed_episodes: number;
  last_updated: string;
  metrics: StateMetrics;
}

/** Metrics of a production (docs/metrics.md): dollars, minutes, rates from 0 to 1. */
export interface ProductionMetrics {
  total_episodes: number;
  success_rate: number;
  avg_production_time: number;
  avg_cost: number;
  phase_performance: Record<PhaseName, { avg_time: number; success_rate: number }>;
}

/** Averages of the newest scores (docs/metrics.md). An average is null when no episode has the score. */
export interface QualityMetrics {
  avg_brand_consistency: number | null;
  avg_technical_accuracy: number | null;
  avg_engagement_score: number | null;
  avg_audio_quality: number | null;
  trending: 'improving' | 'stable' | 'declining';
}
