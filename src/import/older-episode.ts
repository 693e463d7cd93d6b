import {
  EpisodeStatus,
  Score,
  Topic,
  episodeNumberOf,
  isFinished,
  isSessionId,
  phaseNames,
  type PhaseName,
  type SessionId,
  type Usd,
} from '../../machines/index.js';
import { inOrder, readPhases, type OlderPhase } from './older-phases.js';
import type { Report } from './report.js';
import { isObject, pick, readCost, readError, readTime, type Json, type Place } from './values.js';

export interface OlderCheckpoint {
  name: string;
  phase: PhaseName;
  at: string | null;
  data: unknown;
}

/** An episode of an older file, understood. Money in micro-dollars, times in ISO-8601 UTC. */
export interface OlderEpisode {
  sessionId: SessionId;
  episodeNumber: number;
  topic: string;
  createdAt: string;
  /** How it ended, where it did. */
  ended: 'complete' | 'archived' | 'failed' | null;
  phases: Record<PhaseName, OlderPhase>;
  /** What its total says beyond the sum of its phases. */
  unattributed: Usd;
  quality: Record<string, number>;
  /** What it says of why it failed, outside its phases. */
  error: string | null;
  checkpoints: OlderCheckpoint[];
}

/** What is read of an episode, in either shape; that which nobody reads is reported. */
export const episodeKeys = [
  'episode_number',
  'session_id',
  'status',
  'phases',
  'topic',
  'title',
  'total_cost',
  'cost',
  'quality_scores',
  'quality',
  'error',
  'error_message',
  'failure',
  'created_at',
  'started_at',
  'start_time',
  'updated_at',
  'completed_at',
];

/** Reads one episode; undefined, and a report line, when it cannot be understood. */
export function readEpisode(
  id: string,
  value: Json,
  isEnded: boolean,
  place: Place,
  report: Report,
): OlderEpisode | undefined {
  if (!isSessionId(id))
    return refused(report, place(), `${JSON.stringify(id.slice(0, 80))} is not a session id`);
  const phases = readPhases(pick(value, 'phases'), place('phases'), report);
  const total = readCost(pick(value, 'total_cost', 'cost'), place('total_cost', 'cost'), report);
  if (!phases || total === undefined) return undefined;
  const sum = phaseNames.reduce((each, name) => each + phases[name].cost, 0);
  if (sum !== total && total !== 0) {
    report.note(
      'warning',
      place('total_cost', 'cost'),
      `it says ${total / 1e6}, its phases sum to ${sum / 1e6}`,
      total > sum ? 'the rest is kept, on its last phase' : "the phases' sum is kept",
    );
  }
  const createdAt =
    readTime(
      pick(value, 'created_at', 'started_at', 'start_time'),
      place('created_at', 'started_at', 'start_time'),
      report,
    ) ?? timeOfId(id);
  return {
    sessionId: id,
    episodeNumber: episodeNumberOf(id),
    topic: readTopic(pick(value, 'topic', 'title'), place('topic', 'title'), report),
    createdAt,
    ended: readEnd(pick(value, 'status'), isEnded, phases, place, report),
    phases: inOrder(phases, place('phases'), report),
    unattributed: Math.max(0, total - sum) as Usd,
    quality: readScores(pick(value, 'quality_scores', 'quality'), place('quality_scores', 'quality'), report),
    error: readError(value),
    checkpoints: [],
  };
}

function refused(report: Report, where: string, what: string): undefined {
  report.note('error', where, what, 'the episode is left out');
  return undefined;
}

const longestTopic = 500;

const episodeStatuses = new Set<string>([
  ...EpisodeStatus.options,
  'completed',
  'in_progress',
  'active',
  'running',
  'paused',
  'pending',
  'created',
  '',
]);

function readEnd(
  value: unknown,
  isEnded: boolean,
  phases: Record<PhaseName, OlderPhase>,
  place: Place,
  report: Report,
): OlderEpisode['ended'] {
  const finished = phaseNames.every((name) => isFinished(phases[name].status));
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (!episodeStatuses.has(word) || (value !== undefined && typeof value !== 'string')) {
    report.note(
      'warning',
      place('status'),
      `${JSON.stringify(value)?.slice(0, 60)} is not an episode status`,
      'its phases decide',
    );
  }
  if (word === 'failed' || phaseNames.some((name) => phases[name].status === 'failed'))
    return isEnded ? 'archived' : 'failed';
  if (word === 'archived') return 'archived';
  if (finished) return 'complete';
  if (isEnded || word.startsWith('complete')) {
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

function readTopic(value: unknown, where: string, report: Report): string {
  if (typeof value === 'string' && value.length > longestTopic)
    report.note('warning', where, `it has ${value.length} characters`, `cut to ${longestTopic}`);
  const topic = Topic.safeParse(typeof value === 'string' ? value.slice(0, longestTopic) : value);
  if (topic.success) return topic.data;
  report.note(
    'warning',
    where,
    value === undefined ? 'it is missing' : 'it is not a readable text',
    'imported as "untitled"',
  );
  return 'untitled';
}

function readScores(value: unknown, where: string, report: Report): Record<string, number> {
  const scores: Record<string, number> = {};
  for (const [name, score] of Object.entries(isObject(value) ? value : {})) {
    const read = Score.safeParse(score);
    if (read.success && /^[a-z][a-z0-9_]{0,63}$/.test(name) && name !== 'constructor')
      scores[name] = read.data;
    else report.note('warning', where, `${JSON.stringify(name.slice(0, 60))} is no score`, 'left out');
  }
  return scores;
}

/** The UTC time inside a session id. */
function timeOfId(id: SessionId): string {
  const [, , date = '', time = ''] = id.split('_');
  const text = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4, 6)}.000Z`;
  return Number.isNaN(Date.parse(text)) ? '1970-01-01T00:00:00.000Z' : text;
}
