import { statusOf, toDollars, type PersistedEpisode, type Phase } from '../../machines/index.js';
import type { EpisodeState } from './seed.js';

/** The one translation of an episode from memory (micro-dollars, exact times) to disk (decimal dollars, times to the second). */
export function episodeState({ value, context }: PersistedEpisode): EpisodeState {
  const { research, script, audio } = context.phases;
  return {
    episode_number: context.episodeNumber,
    topic: context.topic,
    session_id: context.sessionId,
    status: statusOf(value),
    phases: { research: phaseState(research), script: phaseState(script), audio: phaseState(audio) },
    total_cost: toDollars(context.money.spent),
    quality_scores: { ...context.quality },
    created_at: toSecond(context.createdAt),
    updated_at: toSecond(context.updatedAt),
  };
}

/** One to give away: whoever gets it may change it. */
export function copyState(state: EpisodeState): EpisodeState {
  const { research, script, audio } = state.phases;
  return {
    ...state,
    phases: { research: { ...research }, script: { ...script }, audio: { ...audio } },
    quality_scores: { ...state.quality_scores },
  };
}

function phaseState(phase: Phase): EpisodeState['phases']['research'] {
  return {
    status: phase.status,
    cost: toDollars(phase.spent),
    start_time: phase.startedAt && toSecond(phase.startedAt),
    end_time: phase.endedAt && toSecond(phase.endedAt),
    checkpoint: phase.checkpoint && `${phase.checkpoint}.json`,
  };
}

/** `2025-09-03T14:30:22Z`. */
export function toSecond(at: string): string {
  return `${at.slice(0, 19)}Z`;
}
