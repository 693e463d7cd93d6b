import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger, type BudgetDay } from '../../machines/budget-day.js';
import type { ApprovalDeadline, PersistedEpisode, SessionId } from '../../machines/index.js';
import type { DayMoney } from '../../machines/episode/events.js';
import { machineVersion } from '../../machines/episode/version.js';
import { episodeNumberOf, isSessionId } from '../../machines/ids.js';
import { parseUsd } from '../../machines/usd.js';
import { readPlainFile } from '../disk/plain-file.js';
import { writableByOthers } from '../disk/writable-by-others.js';
import { unseal } from '../documents/seal.js';
import { withCrew } from '../documents/with-crew.js';
import { idleNeed } from '../reports/idle.js';
import { lateNeed } from '../reports/late.js';
import { episodeEstimates } from '../reports/estimates.js';
import { waitOf } from '../reports/waits.js';
import { dayWarnings, episodeWarnings } from '../reports/warnings.js';
import { episodeMeant } from '../agents/hooks/episode-meant.js';
import type { EpisodeState, Estimate, Need, Wait, Warning } from '../shapes/index.js';
import { numberIn } from './find-episode.js';
import { journalEnd } from './journal-end.js';

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
  return whereShown(directory, ({ active_episodes: active, completed_episodes: ended, showrunner }) => ({
    states: [
      ...Object.values(active).map((state) => ({
        ...state,
        ...shown(directory, state, showrunner).listed,
      })),
      ...Object.values(ended).map((state) => ({
        ...state,
        needs: [],
        wait: null,
        start_at: null,
        due_by: null,
        warnings: [],
        estimates: [],
      })),
    ],
    warnings: ofDay(showrunner.days, showrunner.policy),
  }));
}

/** What `show` tells of an episode, beside what hooks have counted and what its open calls are made with. */
export interface ShownEpisode extends Omit<ListedEpisode, keyof EpisodeState> {
  state: EpisodeState;
  persisted: PersistedEpisode;
}

/** An episode that has not ended, under the same conditions; undefined too where a name means none or several. */
export function showFast(directory: string, name: string): ShownEpisode | undefined {
  return whereShown(directory, ({ active_episodes: active, completed_episodes: ended, showrunner }) => {
    const number = numberIn(name);
    const isNamed = (id: string): boolean =>
      number === undefined ? id === name : isSessionId(id) && episodeNumberOf(id) === number;
    const listed = new Set([...Object.keys(active), ...Object.keys(ended), ...readdirSync(directory)]);
    const [id = '', second] = [...listed].filter(isNamed);
    const state = active[id];
    if (!state || second !== undefined) return undefined;
    const { listed: told, persisted, version } = shown(directory, state, showrunner);
    if (version !== machineVersion) return undefined;
    const warnings = [...told.warnings, ...ofDay(showrunner.days, showrunner.policy)];
    return { ...told, warnings, state, persisted };
  });
}

/** What a status line tells of: the named episode, else the only one under way; undefined where the documents do not say. */
export function standingFast(
  directory: string,
  known: string | undefined,
): { episode: PersistedEpisode | undefined; day: DayMoney } | undefined {
  return whereShown(directory, ({ active_episodes: active, showrunner }) => {
    const state = episodeMeant(Object.values(active), known);
    const found = state && shown(directory, state, showrunner);
    if (found && found.version !== machineVersion) return undefined;
    return { episode: found?.persisted, day: todayOf(showrunner.days, showrunner.policy) };
  });
}

type Current = Omit<StateFile, 'showrunner'> & { showrunner: Known };

/** What `tell` says of documents that show the journal's very end; undefined where they do not. */
function whereShown<Told>(directory: string, tell: (document: Current) => Told): Told | undefined {
  // The engine warns of it.
  if (writableByOthers(directory) === 'everybody') return undefined;
  try {
    const document = readSealed(directory, 'state.json') as StateFile | undefined;
    if (document?.version !== '3.0.0' || document.showrunner?.format !== 1) return undefined;
    const { showrunner } = document;
    const { position, policy } = showrunner;
    if (policy === undefined || position !== journalEnd(directory)) return undefined;
    return tell({ ...document, showrunner: { ...showrunner, policy } });
  } catch {
    // Whatever is wrong, opening the production will say it better.
    return undefined;
  }
}

const largestDocument = 400 * 1024 * 1024;

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
  showrunner?: Omit<Known, 'policy'> & { policy?: ShownPolicy };
}

interface Known {
  format: number;
  position: number;
  sessions: Record<string, number>;
  days: Record<string, BudgetDay>;
  policy: ShownPolicy;
}

interface SessionFile {
  needs: Need[];
  showrunner: { position: number; machine: { version: number }; snapshot: PersistedEpisode };
}

/** @throws Error when session.json does not show the episode as it stands. */
function shown(
  directory: string,
  state: EpisodeState,
  { sessions, policy: { timeZone, approvalDeadline = null } }: Known,
): { listed: Omit<ListedEpisode, keyof EpisodeState>; persisted: PersistedEpisode; version: number } {
  const session = readSealed(directory, join(state.session_id, 'session.json')) as SessionFile | undefined;
  if (
    session === undefined ||
    session.showrunner.position !== sessions[state.session_id] ||
    !Array.isArray(session.needs)
  )
    throw new Error('session.json is not as new as state.json');
  const { snapshot: persisted, machine } = session.showrunner;
  const { context } = persisted;
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
  const listed = {
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
  return { listed, persisted, version: machine.version };
}

function ofDay(days: Record<string, BudgetDay>, policy: ShownPolicy): Warning[] {
  return dayWarnings(todayOf(days, policy), policy.warnAtPercent);
}

function todayOf(days: Record<string, BudgetDay>, { dailyCap, timeZone }: ShownPolicy): DayMoney {
  const ledger = new Ledger();
  for (const [date, day] of Object.entries(days)) ledger.set(date, day);
  return ledger.money(ledger.dayFor(new Date().toISOString(), timeZone), parseUsd(dailyCap, 'dailyCap'));
}

function readSealed(directory: string, file: string): unknown {
  const read = readPlainFile(join(directory, file), { largest: largestDocument, within: directory });
  return 'refused' in read ? undefined : unseal(read.bytes);
}
