import {
  episodeNumberOf,
  phaseNames,
  type PhaseName,
  type SessionId,
  type Usd,
} from '../../machines/index.js';
import { amountKeys, readAmount } from './amounts.js';
import { choose, plainKey, shown, type At } from './known-keys.js';
import { costsKeys, readCosts } from './older-costs.js';
import { readEnd } from './older-end.js';
import { inOrder, phasesKeys, readPhases, type OlderPhase } from './older-phases.js';
import { toldPhases } from './phases-told.js';
import { Report } from './report.js';
import { readScores, readTopic } from './topic-and-scores.js';
import { isObject, pick, readError, readTime, type Json, type Place } from './values.js';

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

const totalKeys = ['total_cost', 'cost', 'cost_usd', 'total_cost_usd', 'total_spent', 'spent'];
const topicKeys = ['topic', 'title', 'episode_title', 'episode_topic', 'subject', 'name'];
const createdKeys = ['created_at', 'started_at', 'start_time', 'created', 'started', 'timestamp'];
const qualityKeys = ['quality_scores', 'quality', 'scores', 'quality_metrics'];

/** The number of an older episode, beside the one in its id. */
export const numberKeys = ['episode_number', 'episode_num', 'episode', 'number', 'ep', 'id'];

/** What is read of an episode, in any shape; that which nobody reads is reported. */
export const episodeKeys = [
  'session_id',
  'status',
  'updated_at',
  'completed_at',
  'error',
  'error_message',
  'failure',
  'last_error',
  'errors',
  ...numberKeys,
  ...phasesKeys,
  ...amountKeys(totalKeys),
  ...topicKeys,
  ...createdKeys,
  ...qualityKeys,
  ...costsKeys,
];

/** Whether it reads like an episode's record. */
export function looksLikeEpisode(value: Json): boolean {
  const keys = new Set(Object.keys(value).map(plainKey));
  const has = (...some: string[]): boolean => some.some((key) => keys.has(key));
  return (
    has(...phasesKeys) ||
    (has('status', 'session_id', ...totalKeys, ...amountKeys(totalKeys)) && has(...topicKeys, ...numberKeys))
  );
}

/** When it was made, as it says itself or as it can be told from what it says of its phases; null where it says nothing of that. */
export function madeAt(value: Json): string | null {
  const silent = new Report();
  const at: At = (key) => key;
  const phases = Object.values(toldPhases(value, at, silent).phases);
  const times = [
    choose(value, createdKeys, at, silent),
    ...phases.map((phase) => choose(phase, ['start_time', 'started_at', 'started'], at, silent)),
    choose(value, ['completed_at', 'updated_at'], at, silent),
  ];
  return times.map((time) => readTime(time, '', silent)).find((time) => time !== null) ?? null;
}

/** Reads one episode by its plain keys; undefined, and a report line, when it cannot be understood. */
export function readEpisode(
  id: SessionId,
  value: Json,
  isEnded: boolean,
  place: Place,
  report: Report,
): OlderEpisode | undefined {
  const currency = value['currency'];
  if (typeof currency === 'string' && !/^(?:usd|us\$|\$|dollars?)$/i.test(currency))
    return refused(report, place('currency'), `its amounts are in ${currency.slice(0, 20)}, not in dollars`);
  const costs = readCosts(value, place, report);
  const read = costs && readPhases(value, costs.phases, place, report);
  const flat = isObject(value['cost']) || isObject(value['total_cost']) ? {} : value;
  const stated = read && readAmount(flat, totalKeys, place, report);
  if (!read || stated === undefined) return undefined;
  const { phases } = read;
  const total = stated === 0 ? (costs.total ?? 0) : stated;
  const others = read.others + costs.others;
  const sum = phaseNames.reduce((each, name) => each + phases[name].cost, others);
  if (sum !== total && total !== 0) {
    report.note(
      'warning',
      place(...amountKeys(totalKeys), ...costsKeys),
      `it says ${total / 1e6}, its phases sum to ${sum / 1e6}`,
      total > sum ? 'the rest is kept, on its last phase' : "the phases' sum is kept",
    );
  }
  noteNumber(id, value, place, report);
  const created = choose(value, createdKeys, place, report);
  return {
    sessionId: id,
    episodeNumber: episodeNumberOf(id),
    topic: readTopic(choose(value, topicKeys, place, report), place(...topicKeys), report),
    createdAt: readTime(created, place(...createdKeys), report) ?? timeOfId(id),
    ended: readEnd(pick(value, 'status'), isEnded, phases, place, report),
    phases: inOrder(phases, place('phases'), report),
    unattributed: (Math.max(0, total - sum) + others) as Usd,
    quality: readScores(choose(value, qualityKeys, place, report), place(...qualityKeys), report),
    error: readError(value),
    checkpoints: [],
  };
}

/** The id's number counts: it is what the episode is called by. */
function noteNumber(id: SessionId, value: Json, place: Place, report: Report): void {
  const key = numberKeys.find((each) => Object.hasOwn(value, each));
  if (key === undefined) return;
  const told = value[key];
  if (told === null || isObject(told) || Number.isNaN(Number(told)) || Number(told) === episodeNumberOf(id))
    return;
  report.note(
    'warning',
    place(key),
    `it says ${shown(told)}, its id says ${episodeNumberOf(id)}`,
    'what the id says counts',
  );
}

function refused(report: Report, where: string, what: string): undefined {
  report.note('error', where, what, 'the episode is left out');
  return undefined;
}

/** The UTC time inside a session id. */
function timeOfId(id: SessionId): string {
  const [, , date = '', time = ''] = id.split('_');
  const text = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4, 6)}.000Z`;
  return Number.isNaN(Date.parse(text)) ? '1970-01-01T00:00:00.000Z' : text;
}
