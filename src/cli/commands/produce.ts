import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { escapeForTerminal } from '../../../machines/escape.js';
import type { SessionId } from '../../../machines/ids.js';
import type { ProductionStateManager } from '../../manager/manager.js';
import type { Produced } from '../../crew/produce.js';
import type { Context, Options, Result, Run } from '../command.js';
import { closingReport } from '../closing-report.js';
import { exits } from '../exit-codes.js';
import { findEpisode } from '../find-episode.js';
import { loadCrew, offline, offlineModule, studio, studioModule } from '../load-crew.js';
import { studioSettingsOf } from '../studio-settings-of.js';
import { notifyOf } from '../notify-of.js';
import { nextEpisodeNumber } from '../../manager/next-episode-number.js';
import {
  readProduceSettings,
  writeProduceSettings,
  type ProduceSettings,
} from '../../documents/produce-settings.js';
import { minutesRange, secondsRange, usualMinutes } from '../../crew/own-ranges.js';
import { localOptionsOf } from '../local-options.js';
import { tellOfCrews } from '../tell-of-crews.js';
import { progressLines, waitingLine } from '../progress-lines.js';
import { newScheduleOf } from '../time-of.js';
import { readNamedFile } from '../read-named-file.js';
import { typedNumber } from '../number-of.js';
import { UsageError } from '../usage-error.js';

export const run: Run = async (context, [name], options) => {
  const { signal } = context;
  const concurrency =
    typeof options['concurrency'] === 'string' ? wholeNumber(options['concurrency'], '--concurrency') : 1;
  const given = name === undefined ? { topics: topicsOf(options), settings: settingsOf(options) } : undefined;
  // A crew that cannot be loaded makes no episode.
  if (given) await loadCrew(given.settings.crew);
  if (given) await checkStudio(given.settings);
  if (given) await survey(context, given);
  const manager = await context.open({ make: given !== undefined, notify: notifyOf(options) });
  const ids = given
    ? await begin(context, manager, options, given)
    : [await findEpisode(manager, name ?? '')];
  const first = ids[0];
  if (!first) throw new UsageError('there is nothing to produce');
  const settings = settingsFor(manager, first, options);
  if (!given && options['beginShort'] === true) await takeUpShort(manager, first);
  const crew = await loadCrew(settings.crew, first);
  const leaseMs = typeof options['lease'] === 'string' ? leaseOf(options['lease']) : settings.lease_ms;
  tellOfCrews(context, manager);
  const progress = progressLines(context, ids.length > 1);
  const results = await manager.produceAll(ids, crew, {
    // What was kept with an episode that somebody's own program has begun stays, where nothing else is said.
    crewOptions: isSaid(settings, options) ? settings.crew_options : undefined,
    ...localOptionsOf(options),
    signal,
    onProgress: progress.show,
    concurrency,
    holder: `${context.by} (process ${process.pid})`,
    ...(leaseMs === undefined ? {} : { leaseMs }),
  });
  progress.end();
  return summarise(context, manager, results);
};

/** What the studio crew cannot begin without is said before anything is made. */
async function checkStudio({ crew, crew_options: { studio: wished } }: ProduceSettings): Promise<void> {
  if (crew !== studio) return;
  const { parseSettings, refuseMissingKeys } = await studioModule();
  refuseMissingKeys(parseSettings(wished), process.env);
}

/** Whether `--sources` or `--minutes` was given, now or when it was begun. */
function isSaid({ crew_options: kept }: ProduceSettings, { minutes, sources }: Options): boolean {
  return minutes !== undefined || sources !== undefined || Object.keys(kept).length > 0;
}

/** How the episode was begun; one that was begun otherwise gets the present options, for later resumes. */
function settingsFor(
  manager: ProductionStateManager,
  sessionId: SessionId,
  options: Options,
): ProduceSettings {
  const known = readProduceSettings(manager.production.directory, sessionId);
  const moved = known && movedTo(known, options);
  if (known && !moved && options['beginShort'] !== true) return known;
  const begun = moved ?? known;
  const short = begun && options['beginShort'] === true ? begunShort(begun) : begun;
  const settings = short ?? settingsOf(options);
  writeProduceSettings(manager.production, sessionId, settings);
  return settings;
}

/** A module lies elsewhere than when the episode was begun: whoever names it now is believed. */
function movedTo(known: ProduceSettings, { crew }: Options): ProduceSettings | undefined {
  const isModule = (name: string): boolean => name !== offline && name !== studio;
  if (typeof crew !== 'string' || !isModule(crew) || !isModule(known.crew)) return undefined;
  const place = resolve(crew);
  return place === known.crew ? undefined : { ...known, crew: place };
}

function begunShort({ crew_options, ...settings }: ProduceSettings): ProduceSettings {
  const wished = crew_options['studio'] as object | undefined;
  return { ...settings, crew_options: { ...crew_options, studio: { ...wished, begin_short: true } } };
}

/** Who says so now has answered an episode that waits for money. */
async function takeUpShort(manager: ProductionStateManager, sessionId: SessionId): Promise<void> {
  if (manager.production.episode(sessionId).context.pause?.short) await manager.resume({ sessionId });
}

/** Tells of a topic that cannot be said, sources without text, and sources too short for the wish, before anything is made. */
async function survey(
  context: Context,
  { topics, settings }: { topics: string[]; settings: ProduceSettings },
): Promise<void> {
  const { sources, minutes, source_seconds: seconds } = settings.crew_options;
  if (
    (settings.crew !== offline && settings.crew !== studio) ||
    typeof sources !== 'string' ||
    typeof minutes !== 'number'
  )
    return;
  const { survey: look } = await offlineModule();
  const line = waitingLine(context);
  const noted = new Set<string>();
  for (const topic of topics) {
    const held = await look(topic, sources, minutes, context.signal, {
      secondsEach: typeof seconds === 'number' ? seconds : undefined,
      note(words) {
        line.end();
        if (!noted.has(words)) context.note(escapeForTerminal(words));
        noted.add(words);
      },
      still: line.show,
    }).finally(line.end);
    if (held < 0.9 * minutes)
      context.note(
        `The sources hold about ${held.toFixed(1)} minutes that can be quoted: the episode will be shorter than the ${String(minutes)} minutes asked for.`,
      );
  }
}

/** New sessions for the topics that were given, with what it takes to resume them. */
async function begin(
  context: Context,
  manager: ProductionStateManager,
  options: Options,
  { topics, settings }: { topics: string[]; settings: ProduceSettings },
): Promise<SessionId[]> {
  const { key } = options;
  if (typeof key === 'string')
    return [await beginOrResume(context, manager, key, { topics, settings }, options)];
  const number = await nextEpisodeNumber(manager);
  const ids: SessionId[] = [];
  for (const [index, topic] of topics.entries()) {
    const id = await manager.createEpisodeSession({
      topic,
      episodeNum: number + index,
      ...approvalsOf(options),
      ...newScheduleOf(options, manager.production.now()),
    });
    writeProduceSettings(manager.production, id, settings);
    noteOf(context, manager, id, topic);
    ids.push(id);
  }
  return ids;
}

/** The session that the key stands for, made where there is none; one that is there goes on as it was begun. */
async function beginOrResume(
  context: Context,
  manager: ProductionStateManager,
  key: string,
  { topics, settings }: { topics: string[]; settings: ProduceSettings },
  options: Options,
): Promise<SessionId> {
  const [topic = ''] = topics;
  const id = await manager.createEpisodeSession({
    key,
    topic,
    ...approvalsOf(options),
    ...newScheduleOf(options, manager.production.now()),
  });
  if (!readProduceSettings(manager.production.directory, id))
    writeProduceSettings(manager.production, id, settings);
  noteOf(context, manager, id, topic);
  return id;
}

function approvalsOf({ approve }: Options): { approvals?: 'script'[] } {
  return approve === true ? { approvals: ['script'] } : {};
}

function noteOf(context: Context, manager: ProductionStateManager, id: SessionId, topic: string): void {
  context.note(`${id}: "${escapeForTerminal(manager.production.redactor.data(topic))}"`);
}

function topicsOf({ topic, topics, key }: Options): string[] {
  if (key !== undefined && typeof topic !== 'string')
    throw new UsageError('--key names one episode: give its --topic "…" with it');
  if (typeof topic === 'string') return [topic];
  if (typeof topics !== 'string')
    throw new UsageError('name an episode to go on with, or give --topic "…" with --sources <folder>');
  const found = textOf(topics)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (found.length === 0) throw new UsageError(`${topics} has no topics; write one a line`);
  return found;
}

function textOf(path: string): string {
  try {
    return readNamedFile(path).toString('utf8');
  } catch (error) {
    throw new UsageError(`--topics: cannot read ${path}: ${(error as Error).message}`);
  }
}

/** Mistakes in the options are found before an episode is begun. */
export function settingsOf(options: Options): ProduceSettings {
  const { crew, sources, minutes, lease } = options;
  const isOurs = typeof crew !== 'string' || crew === studio;
  const whose = crew === studio ? 'studio' : 'demonstration';
  const studioSettings = crew === studio ? studioSettingsOf(options) : undefined;
  const isSearched = studioSettings?.['research'] !== undefined;
  if (isOurs && !isSearched && typeof sources !== 'string')
    throw new UsageError(
      crew === studio
        ? 'the studio crew needs what to make an episode from (--sources <folder>, or --research perplexity:medium) and who writes (--script anthropic:claude-sonnet-5), with the keys of those providers in the environment (ANTHROPIC_API_KEY from console.anthropic.com, OPENAI_API_KEY from platform.openai.com, PERPLEXITY_API_KEY from console.perplexity.ai). Nothing was begun. Without keys the demonstration crew quotes your documents: leave --crew studio out'
        : '--sources <folder> is needed: the demonstration crew makes episodes from your documents',
    );
  if (typeof sources === 'string' && !existsSync(sources))
    throw new UsageError(`--sources: there is nothing at ${resolve(sources)}`);
  const length = minutes === undefined ? usualMinutes : typedNumber(String(minutes));
  if (!(length > 0 && length < Infinity))
    throw new UsageError(`--minutes: ${String(minutes)} is not a number of minutes above 0`);
  if (isOurs && (length < minutesRange.least || length > minutesRange.most))
    throw new UsageError(
      `--minutes: ${String(minutes)} is out of range; the ${whose} crew makes episodes of ${String(minutesRange.least)} to ${String(minutesRange.most)} minutes`,
    );
  return {
    crew: typeof crew !== 'string' ? offline : crew === studio ? studio : resolve(crew),
    crew_options: {
      ...(typeof sources === 'string' ? { sources: resolve(sources) } : {}),
      ...(!isOurs && minutes === undefined ? {} : { minutes: length }),
      ...(studioSettings ? { studio: studioSettings } : {}),
      ...secondsOf(options),
    },
    ...(typeof lease === 'string' ? { lease_ms: leaseOf(lease) } : {}),
  };
}

function secondsOf({ sourceSeconds: given }: Options): { source_seconds?: number } {
  if (given === undefined) return {};
  const seconds = typedNumber(String(given));
  if (seconds >= secondsRange.least && seconds <= secondsRange.most) return { source_seconds: seconds };
  throw new UsageError(
    `--source-seconds: ${String(given)} is not a number of seconds from ${String(secondsRange.least)} to ${String(secondsRange.most)}`,
  );
}

export function wholeNumber(text: string, option: string): number {
  const number = typedNumber(text);
  if (Number.isInteger(number) && number >= 1 && number <= 64) return number;
  throw new UsageError(`${option}: ${text} is not a whole number from 1 to 64`);
}

function leaseOf(seconds: string): number {
  const ms = typedNumber(seconds) * 1000;
  if (ms >= 1 && ms <= 86_400_000) return ms;
  throw new UsageError(`--lease: ${seconds} is not a number of seconds above 0, at most a day`);
}

async function summarise(
  context: Context,
  manager: ProductionStateManager,
  results: (Produced | { sessionId: SessionId; error: unknown })[],
): Promise<Result> {
  const only = results.length === 1 ? results[0] : undefined;
  if (only && 'error' in only) throw only.error;
  const reports = await Promise.all(
    results.map(async (each) =>
      'error' in each
        ? {
            json: { session_id: each.sessionId, error: told(manager, each.error) },
            text: `${each.sessionId}: ${escapeForTerminal(told(manager, each.error))}`,
          }
        : closingReport(manager, each),
    ),
  );
  const exit = Math.max(...results.map(exitFor));
  const json = only ? (reports[0]?.json ?? {}) : { episodes: reports.map((report) => report.json) };
  return { json, text: reports.map(({ text }) => text).join('\n\n'), exit };
}

function told({ production }: ProductionStateManager, error: unknown): string {
  return production.redactor.message(String(error));
}

function exitFor(result: Produced | { sessionId: SessionId; error: unknown }): number {
  if ('error' in result) return exits.failed;
  if (result.outcome === 'interrupted') return exits.interrupted;
  const stopped = result.failure?.code === 'budget_exhausted' || result.failure?.code === 'daily_cap_reached';
  if (result.outcome === 'failed') return stopped ? exits.budget : exits.failed;
  return exits.done;
}
