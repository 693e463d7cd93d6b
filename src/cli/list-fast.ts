import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger, type BudgetDay } from '../../machines/budget-day.js';
import type { ApprovalDeadline, PersistedEpisode, SessionId } from '../../machines/index.js';
import { parseUsd } from '../../machines/usd.js';
import { nodeDisk } from '../disk/node-disk.js';
import { unseal } from '../documents/seal.js';
import { withCrew } from '../documents/with-crew.js';
import { idleNeed } from '../reports/idle.js';
import { lateNeed } from '../reports/late.js';
import { episodeEstimates } from '../reports/estimates.js';
import { waitOf } from '../reports/waits.js';
import { dayWarnings, episodeWarnings } from '../reports/warnings.js';
import type { EpisodeState, Estimate, Need, Wait, Warning } from '../shapes/index.js';

/** An episode as a listing shows it: the seed's state, what it waits for, what of its money comes near its end, and what of it is estimated. */
export type ListedEpisode = EpisodeState & {
  needs: Need[];
  wait: Wait | null;
  /** Not taken up before, and complete by; ISO-8601 UTC, null without, and once it has ended. */
  start_at: string | null;
  due_by: string | null;
  warnings: Warning[];
  estimates: Estimate[];
};

export interface Listing {
  states: ListedEpisode[];
  /** Of the day. */
  warnings: Warning[];
}

/**
 * The listed episodes straight from state.json, when it can be trusted and reflects the journal's very end; undefined otherwise.
 * Without the engine a listing starts in half the time.
 */
export function listFast(directory: string): Listing | undefined {
  try {
    const document = readSealed(join(directory, 'state.json')) as StateFile | undefined;
    if (document?.version !== '3.0.0' || document.showrunner?.format !== 1) return undefined;
    const { position, sessions, policy } = document.showrunner;
    if (policy === undefined) return undefined;
    if (position !== journalEnd(join(directory, 'journal'))) return undefined;
    const active = Object.values(document.active_episodes).map((state) => ({
      ...state,
      ...shown(directory, state, sessions[state.session_id], policy),
    }));
    const ended = Object.values(document.completed_episodes);
    return {
      states: [
        ...active,
        ...ended.map((state) => ({
          ...state,
          needs: [],
          wait: null,
          start_at: null,
          due_by: null,
          warnings: [],
          estimates: [],
        })),
      ],
      warnings: ofDay(document.showrunner.days, policy),
    };
  } catch {
    // Whatever is wrong, opening the production will say it better.
    return undefined;
  }
}

interface ShownPolicy {
  /** In decimal dollars. */
  dailyCap: number;
  timeZone: string;
  warnAtPercent: number;
  approvalDeadline?: ApprovalDeadline | null;
}

interface StateFile {
  version: string;
  active_episodes: Record<string, EpisodeState>;
  completed_episodes: Record<string, EpisodeState>;
  showrunner?: {
    format: number;
    position: number;
    sessions: Record<string, number>;
    days: Record<string, BudgetDay>;
    policy?: ShownPolicy;
  };
}

interface SessionFile {
  needs: Need[];
  showrunner: { position: number; snapshot: PersistedEpisode };
}

/** @throws Error when session.json does not show the episode as it stands. */
function shown(
  directory: string,
  state: EpisodeState,
  position: number | undefined,
  { timeZone, approvalDeadline = null }: ShownPolicy,
): Omit<ListedEpisode, keyof EpisodeState> {
  const session = readSealed(join(directory, state.session_id, 'session.json')) as SessionFile | undefined;
  if (session === undefined || session.showrunner.position !== position || !Array.isArray(session.needs))
    throw new Error('session.json is not as new as state.json');
  const { context } = session.showrunner.snapshot;
  // One that an older program wrote has no times.
  const { startAt = null, dueBy = null, sleeps = {} } = context as Partial<typeof context>;
  const { needs } = session;
  const { approvalDeadline: deadline = null } = { ...context.rules, ...context.own };
  // The document was written before the policy's last change.
  const isNews =
    JSON.stringify(deadline) !== JSON.stringify(context.own.approvalDeadline ?? approvalDeadline);
  if (isNews && needs.some(({ need }) => need === 'approval'))
    throw new Error('session.json is not as new as the policy');
  const now = new Date().toISOString();
  return {
    needs: [
      ...(needs.length > 0
        ? needs
        : withCrew(
            idleNeed(state.status, { ...context, startAt, sleeps }, now),
            directory,
            state.session_id as SessionId,
          )),
      ...lateNeed(state.status, { ...context, dueBy }, now),
    ],
    wait: waitOf(state.status, { ...context, startAt, sleeps }, { now, timeZone }),
    start_at: startAt,
    due_by: dueBy,
    warnings: episodeWarnings(context),
    estimates: episodeEstimates(context),
  };
}

function ofDay(
  days: Record<string, BudgetDay>,
  { dailyCap, timeZone, warnAtPercent }: ShownPolicy,
): Warning[] {
  const ledger = new Ledger();
  for (const [date, day] of Object.entries(days)) ledger.set(date, day);
  const today = ledger.dayFor(new Date().toISOString(), timeZone);
  return dayWarnings(ledger.money(today, parseUsd(dailyCap, 'dailyCap')), warnAtPercent);
}

function readSealed(path: string): unknown {
  const bytes = nodeDisk.readFile(path);
  return bytes && unseal(bytes);
}

/** Where the last segment ends; the name of a segment is where it begins. */
function journalEnd(folder: string): number {
  const last = readdirSync(folder)
    .filter((name) => /^\d{20}\.ndjson$/.test(name))
    .sort()
    .at(-1);
  return last === undefined ? -1 : Number(last.slice(0, 20)) + statSync(join(folder, last)).size;
}
