import {
  completionName,
  ProductionError,
  classifyError,
  dayOf,
  phaseAfter,
  phaseNames,
  toDollars,
  type EpisodeEvent,
  type Policy,
  type PhaseName,
  type RecordedEvent,
  type SavedCheckpoint,
  type SessionId,
  type Usd,
} from '../../machines/index.js';
import type { Production, View } from '../production/index.js';
import { checkpointData, type OpeningSet } from '../record/index.js';
import { openingsOf, openingsToSet } from './opening.js';
import { notAhead } from './not-ahead.js';
import type { OlderEpisode } from './older-episode.js';
import { readOlderApart } from './read-apart.js';
import type { OlderProduction } from './read-older.js';
import type { ReportLine } from './report.js';
import { isTestEpisode } from './test-episodes.js';

/** What an import has done. */
export interface Imported {
  source: string;
  imported: SessionId[];
  /** Amounts that belong to no episode, in decimal dollars, as they were set. */
  opening: { where: string; day: string; amount: number; was: number }[];
  report: ReportLine[];
}

const by = 'import';
const lost = {
  code: 'artifact_invalid',
  message:
    'it was complete before the import, and what it had made was not found there; recover makes it anew.',
} as const;
const noReason = 'it had failed before the import';

/** Enough to share the syncs of their commits, few enough to keep what is held small. */
const episodesAtOnce = 64;

export interface ImportOptions {
  /** Leaves out what looks like a test. */
  withoutTests?: boolean;
  /** Told how many episodes have been looked at, of how many. */
  onEpisodes?: ((done: number, of: number) => void) | undefined;
  /** Tells what is there already, where that is another production than the one that is imported into: for a rehearsal. Default: the production itself. */
  into?: Pick<Production, 'find' | 'now' | 'openings'>;
}

/**
 * Imports an older production, each episode in one commit, with its own times. An episode that is there already is left as it is.
 * `from`: the path of a state file or of a folder, or what {@link readOlderApart} has read of one.
 */
export async function importOlder(
  production: Production,
  from: string | OlderProduction,
  options: ImportOptions = {},
): Promise<Imported> {
  const older = typeof from === 'string' ? await readOlderApart(from) : from;
  const imported: SessionId[] = [];
  const refused: OlderEpisode[] = [];
  const report = [...older.report];
  const { episodes } = older;
  for (let at = 0; at < episodes.length; at += episodesAtOnce) {
    const some = episodes.slice(at, at + episodesAtOnce);
    const lines = await Promise.all(some.map((each) => importOne(production, each, options)));
    for (const [index, episode] of some.entries()) {
      const { isImported, isRefused, told } = lines[index] as ImportedOne;
      if (isImported) imported.push(episode.sessionId);
      if (isRefused) refused.push(episode);
      report.push(...told.map((each) => ({ where: episode.sessionId, ...each })));
    }
    options.onEpisodes?.(at + some.length, episodes.length);
  }
  const opening = await setOpenings(production, older, refused, options);
  for (const { where, was, amount } of opening.filter((each) => each.was > 0))
    report.push({
      severity: 'warning',
      where,
      what: `an earlier import has left an opening balance of ${was}`,
      decision: `it is ${amount} now`,
    });
  return { source: older.source, imported, opening, report };
}

interface ImportedOne {
  isImported: boolean;
  isRefused?: boolean;
  told: Omit<ReportLine, 'where'>[];
}

/** Imports one episode, and says what there is to say of that. */
async function importOne(
  production: Production,
  episode: OlderEpisode,
  { withoutTests = false, into = production }: ImportOptions,
): Promise<ImportedOne> {
  const not = (severity: ReportLine['severity'], what: string, decision: string) => ({
    isImported: false,
    told: [{ severity, what, decision }],
  });
  if (withoutTests && isTestEpisode(episode))
    return not('info', 'it looks like a test episode', 'left out, as was asked for');
  production.refresh();
  const there = into.find(episode.sessionId);
  if (there && there.context.topic !== episode.topic)
    return not(
      'warning',
      'this production has an episode of this id and another topic',
      'left as it is; what is in the older files is not imported',
    );
  if (there) return not('info', 'it is in this production already', 'left as it is');
  try {
    const { episode: present, wasAhead } = notAhead(episode, into.now());
    await importEpisode(production, present);
    return { isImported: true, told: wasAhead ? [ahead] : [] };
  } catch (error) {
    if (!(error instanceof ProductionError)) throw error;
    return {
      ...not('error', error.message, 'the episode is left out; its money is kept as an opening balance'),
      isRefused: true,
    };
  }
}

/** Keeps the amounts that belong to no episode, once, however often they are imported. */
async function setOpenings(
  production: Production,
  { stated, episodes, place }: OlderProduction,
  refused: readonly OlderEpisode[],
  { into = production }: ImportOptions,
): Promise<Imported['opening']> {
  const { timeZone } = production.policy;
  const found = openingsOf({ source: place, stated, episodes, refused, timeZone, now: into.now() });
  const known = into === production ? undefined : into.openings();
  let set: OpeningSet[] = [];
  await production.commit((view) => {
    set = openingsToSet(found, known ?? view.openings, place);
    return set.length === 0 || known ? [] : [{ opening: set }];
  });
  return set.map(({ where, day, amount, was }) => ({
    where,
    day,
    amount: toDollars(amount),
    was: toDollars(was),
  }));
}

const ahead = {
  severity: 'warning',
  what: 'it has times that have not come yet',
  decision: 'read as the time of the import',
} as const;

async function importEpisode(production: Production, episode: OlderEpisode): Promise<void> {
  const { sessionId } = episode;
  production.prepareSession(sessionId);
  const kept: Saved['kept'] = [];
  for (const { name, phase, at, data } of episode.checkpoints) {
    kept.push({
      phase,
      at,
      saved: await production.keepCheckpoint(sessionId, {
        name,
        next: phase,
        data: checkpointData(data),
        artifacts: [],
      }),
    });
  }
  const completions = await saveCompletions(production, episode);
  await production.commit((view) => {
    if (view.has(sessionId)) return [];
    return replay(episode, { kept, completions }, view).map((event) => ({ sessionId, event }));
  });
}

/** An older episode's checkpoints: those it had, and for each complete phase the one that completing saves. */
interface Saved {
  kept: { phase: PhaseName; at: string | null; saved: SavedCheckpoint }[];
  completions: Partial<Record<PhaseName, SavedCheckpoint>>;
}

/** A complete phase's work is what its newest checkpoint has: that is what the phases after it go on from. */
async function saveCompletions(
  production: Production,
  { sessionId, phases, checkpoints }: OlderEpisode,
): Promise<Saved['completions']> {
  const completions: Saved['completions'] = {};
  for (const phase of phaseNames.filter((name) => phases[name].status === 'complete')) {
    const newest = checkpoints
      .filter((each) => each.phase === phase)
      .toSorted((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1))
      .at(-1);
    completions[phase] = await production.keepCheckpoint(sessionId, {
      name: completionName(phase),
      next: phaseAfter(phase),
      data: checkpointData(newest?.data ?? null),
      artifacts: [],
    });
  }
  return completions;
}

/** The events that lead to an older episode's state, with its own times, never going back. */
function replay(episode: OlderEpisode, { kept, completions }: Saved, view: View): RecordedEvent[] {
  const { sessionId, episodeNumber, topic, createdAt } = episode;
  const { policy } = view;
  const events: RecordedEvent[] = [
    {
      type: 'episode.created',
      at: createdAt,
      sessionId,
      episodeNumber,
      topic,
      budgets: policy.budgets,
      rules: rulesOfThePast(policy),
      importedAt: view.at,
    },
  ];
  let last = createdAt;
  const add = (event: EventWithoutTime, at?: string | null): void => {
    if (at && at > last) last = at;
    events.push({ ...event, at: last });
  };
  const total = phaseNames.reduce(
    (sum, name) => sum + episode.phases[name].cost,
    episode.unattributed as number,
  );
  // A micro-dollar above what was spent: at its total, an episode could not have started its later phases.
  if (total >= policy.budgets.total) {
    add({
      type: 'budget.raise',
      scope: 'total',
      amount: (total - policy.budgets.total + 1) as Usd,
      by,
      reason: 'the imported episode had spent more',
    });
  }
  const lastPhase = phaseNames.findLast((name) => episode.phases[name].status !== 'pending') ?? 'research';
  for (const phase of phaseNames) {
    const { status, cost, startedAt, endedAt, error, isLost } = episode.phases[phase];
    const completion = completions[phase];
    if (status === 'skipped')
      add({ type: 'phase.skip', phase, reason: 'it was recorded as skipped, or not at all' }, endedAt);
    if (status === 'active' || status === 'complete' || status === 'failed')
      add({ type: 'phase.start', phase }, startedAt);
    const spent = (cost + (phase === lastPhase ? episode.unattributed : 0)) as Usd;
    if (spent > 0)
      add(
        {
          type: 'cost.recorded',
          phase,
          operation: 'imported',
          cost: spent,
          day: dayFor(view, policy, endedAt ?? startedAt ?? last, spent),
        },
        endedAt ?? startedAt,
      );
    for (const { saved, at } of kept.filter((each) => each.phase === phase))
      add({ type: 'checkpoint.save', phase, checkpoint: saved }, at);
    if (completion) add({ type: 'phase.complete', phase, checkpoint: completion }, endedAt);
    if (status === 'failed')
      add(
        {
          type: 'phase.failed',
          phase,
          ...(isLost ? lost : classifyError(error ?? episode.error ?? noReason)),
        },
        endedAt,
      );
  }
  for (const [name, value] of Object.entries(episode.quality)) add({ type: 'quality.recorded', name, value });
  const failedPhase = phaseNames.some((name) => episode.phases[name].status === 'failed');
  const unfinished = phaseNames.find(
    (name) => episode.phases[name].status === 'pending' || episode.phases[name].status === 'active',
  );
  if ((episode.ended === 'failed' || episode.ended === 'archived') && !failedPhase && unfinished) {
    add({
      type: 'phase.failed',
      phase: unfinished,
      ...classifyError(episode.phases[unfinished].error ?? episode.error ?? errorIn(episode) ?? noReason),
    });
  }
  if (episode.ended === 'archived')
    add({ type: 'episode.archive', reason: 'it was archived before the import' });
  return events;
}

/** Of a phase that was imported as pending, since one before it was not finished. */
function errorIn({ phases }: OlderEpisode): string | undefined {
  return phaseNames.flatMap((name) => phases[name].error ?? []).at(-1);
}

type WithoutTime<Event> = Event extends EpisodeEvent
  ? Omit<Event, 'at' | 'by' | 'claim'> & { by?: string }
  : never;
type EventWithoutTime = WithoutTime<EpisodeEvent>;

/** Gates and approvals of today do not apply to work of the past; to what comes after the import they do. */
function rulesOfThePast({ warnAtPercent, maxRecoveries }: Policy) {
  return { warnAtPercent, hardPhaseBudgets: false, approvals: [], maxRecoveries, quality: {} };
}

/** History may have passed today's cap. */
function dayFor(view: View, policy: Policy, at: string, spent: Usd) {
  const day = view.day(dayOf(at, policy.timeZone));
  return { ...day, cap: Math.max(day.cap, day.spent + day.reserved + spent) as Usd };
}
