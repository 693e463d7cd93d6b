import { EpisodeStatus, isFinished, phaseNames, type PhaseName } from '../../machines/index.js';
import type { OlderEpisode } from './older-episode.js';
import type { OlderPhase } from './older-phases.js';
import { phaseOf } from './phase-words.js';
import type { Report } from './report.js';
import { statusWord, type Place } from './values.js';

const completeWords = ['complete', 'completed', 'done', 'finished', 'success', 'published', 'released'];
const failedWords = ['failed', 'error', 'aborted', 'cancelled', 'canceled'];

const episodeStatuses = new Set<string>([
  ...EpisodeStatus.options,
  ...completeWords,
  ...failedWords,
  'draft',
  'queued',
  'new',
  'in_progress',
  'active',
  'running',
  'paused',
  'pending',
  'created',
  '',
]);

/** How an episode ended, by its status and its phases; null where it did not. */
export function readEnd(
  value: unknown,
  isEnded: boolean,
  phases: Record<PhaseName, OlderPhase>,
  place: Place,
  report: Report,
): OlderEpisode['ended'] {
  const finished = phaseNames.every((name) => isFinished(phases[name].status));
  const word = statusWord(value);
  if (!(episodeStatuses.has(word) || phaseOf(word)) || (value !== undefined && typeof value !== 'string')) {
    report.note(
      'warning',
      place('status'),
      `${JSON.stringify(value)?.slice(0, 60)} is not an episode status`,
      'its phases decide',
    );
  }
  if (failedWords.includes(word) || phaseNames.some((name) => phases[name].status === 'failed'))
    return isEnded ? 'archived' : 'failed';
  if (word === 'archived') return 'archived';
  if (finished) return 'complete';
  if (isEnded || completeWords.includes(word)) {
    // A record of an end without phases: the older program did not keep them.
    report.note(
      'warning',
      place('phases'),
      'the episode is recorded as completed and its phases are not',
      'its phases are imported as skipped',
    );
    for (const name of phaseNames) if (!isFinished(phases[name].status)) phases[name].status = 'skipped';
    return 'complete';
  }
  return null;
}
