import { Topic, episodeNumberOf, isFinished, isSessionId, phaseNames, type PhaseName, type PhaseStatus, type SessionId, type Usd } from '../../machines/index.js';
import type { Report } from './report.js';
import { isObject, pick, readCost, readPhaseStatus, readTime, type Json } from './values.js';

export interface OlderPhase {
  status: PhaseStatus;
  cost: Usd;
  startedAt: string | null;
  endedAt: string | null;
}

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
  checkpoints: OlderCheckpoint[];
}

/** Reads one episode; undefined, and a report line, when it cannot be understood. */
export function readEpisode(id: string, value: Json, isEnded: boolean, where: string, report: Report): OlderEpisode | undefined {
  if (!isSessionId(id)) return refused(report, where, `${JSON.stringify(id.slice(0, 80))} is not a session id`);
  const phases = readPhases(pick(value, 'phases'), where, report);
  const total = readCost(pick(value, 'total_cost', 'cost'), `${where}.total_cost`, report);
  if (!phases || total === undefined) return undefined;
  const sum = phaseNames.reduce((each, name) => each + phases[name].cost, 0);
  if (sum !== total && total !== 0) {
    report.note('warning', `${where}.total_cost`, `it says ${total / 1e6}, its phases sum to ${sum / 1e6}`, total > sum ? 'the rest is kept, on its last phase' : "the phases' sum is kept");
  }
  const createdAt = readTime(pick(value, 'created_at', 'started_at', 'start_time'), `${where}.created_at`, report) ?? timeOfId(id);
  return {
    sessionId: id,
    episodeNumber: episodeNumberOf(id),
    topic: readTopic(pick(value, 'topic', 'title'), where, report),
    createdAt,
    ended: readEnd(pick(value, 'status'), isEnded, phases, where, report),
    phases: inOrder(phases, where, report),
    unattributed: Math.max(0, total - sum) as Usd,
    quality: readScores(pick(value, 'quality_scores', 'quality'), where, report),
    checkpoints: [],
  };
}

function refused(report: Report, where: string, what: string): undefined {
  report.note('error', where, what, 'the episode is left out');
  return undefined;
}

function readPhases(value: unknown, where: string, report: Report): Record<PhaseName, OlderPhase> | undefined {
  const phases: Partial<Record<PhaseName, OlderPhase>> = {};
  for (const name of phaseNames) {
    const found = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    const phase = isObject(found) ? found : {};
    const at = `${where}.phases.${name}`;
    const cost = readCost(pick(phase, 'cost', 'total_cost'), `${at}.cost`, report);
    if (cost === undefined) return undefined;
    phases[name] = {
      cost,
      status: readPhaseStatus(typeof found === 'string' ? found : pick(phase, 'status'), `${at}.status`, report),
      startedAt: readTime(pick(phase, 'start_time', 'started_at', 'started'), `${at}.start_time`, report),
      endedAt: readTime(pick(phase, 'end_time', 'ended_at', 'completed_at', 'ended'), `${at}.end_time`, report),
    };
  }
  return phases as Record<PhaseName, OlderPhase>;
}

/** The statechart knows no phase that is begun before the one before it is finished. */
function inOrder(phases: Record<PhaseName, OlderPhase>, where: string, report: Report): Record<PhaseName, OlderPhase> {
  let open = false;
  const entries = phaseNames.map((name) => {
    const phase = phases[name];
    const isEarly = open && phase.status !== 'pending';
    if (isEarly) report.note('warning', `${where}.phases.${name}`, `it is ${phase.status} although an earlier phase is not finished`, 'imported as pending; its cost is kept');
    open ||= !isFinished(phase.status);
    return [name, isEarly ? { ...phase, status: 'pending' as const } : phase];
  });
  return Object.fromEntries(entries) as Record<PhaseName, OlderPhase>;
}

function readEnd(value: unknown, isEnded: boolean, phases: Record<PhaseName, OlderPhase>, where: string, report: Report): OlderEpisode['ended'] {
  const finished = phaseNames.every((name) => isFinished(phases[name].status));
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word === 'failed' || phaseNames.some((name) => phases[name].status === 'failed')) return isEnded ? 'archived' : 'failed';
  if (word === 'archived') return 'archived';
  if (finished) return 'complete';
  if (isEnded || word.startsWith('complete')) {
    // A record of an end without phases: the older program did not keep them.
    report.note('warning', `${where}.phases`, 'the episode is recorded as completed and its phases are not', 'its phases are imported as skipped');
    for (const name of phaseNames) if (!isFinished(phases[name].status)) phases[name].status = 'skipped';
    return 'complete';
  }
  return null;
}

function readTopic(value: unknown, where: string, report: Report): string {
  const topic = Topic.safeParse(typeof value === 'string' ? value.slice(0, 500) : value);
  if (topic.success) return topic.data;
  report.note('warning', `${where}.topic`, value === undefined ? 'it is missing' : 'it is not a readable text', 'imported as "untitled"');
  return 'untitled';
}

function readScores(value: unknown, where: string, report: Report): Record<string, number> {
  const scores: Record<string, number> = {};
  for (const [name, score] of Object.entries(isObject(value) ? value : {})) {
    if (typeof score === 'number' && Number.isFinite(score) && /^[a-z][a-z0-9_]{0,63}$/.test(name) && name !== 'constructor') scores[name] = score;
    else report.note('warning', `${where}.quality_scores`, `${JSON.stringify(name.slice(0, 60))} is no score`, 'left out');
  }
  return scores;
}

/** The UTC time inside a session id. */
function timeOfId(id: SessionId): string {
  const [, , date = '', time = ''] = id.split('_');
  const text = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4, 6)}.000Z`;
  return Number.isNaN(Date.parse(text)) ? '1970-01-01T00:00:00.000Z' : text;
}
