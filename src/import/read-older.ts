import { join } from 'node:path';
import { isSessionId, type SessionId } from '../../machines/index.js';
import { entriesIn, listingKeys, type Entry } from './listings.js';
import { noteLost } from './lost-work.js';
import { hasCheckpoints, readCheckpoints } from './older-checkpoints.js';
import { episodeKeys, readEpisode, type OlderEpisode } from './older-episode.js';
import { openOlder, refusal } from './open-older.js';
import { Report, type ReportLine } from './report.js';
import {
  innerId,
  namesIn,
  noState,
  numberInName,
  placesOf,
  readOwnState,
  type OwnState,
} from './session-folders.js';
import { SessionNames } from './session-names.js';
import { isTestEpisode } from './test-episodes.js';
import { noteUnread, pick } from './values.js';
import { moneyKeys, noteTotal, readStated, type StatedMoney } from './stated-money.js';
import { noteContradictions, withPhaseData } from './whole.js';

/** What an older state file and its session folders say. */
export interface OlderProduction {
  source: string;
  /** The path of what was read, with no link in it. */
  place: string;
  stated: StatedMoney;
  episodes: OlderEpisode[];
  report: ReportLine[];
}

const stateKeys = [
  'version',
  'total_episodes',
  'last_updated',
  'updated_at',
  ...moneyKeys,
  'metrics',
  'showrunner',
  'crc32',
  ...Object.keys(listingKeys),
];

interface Placed {
  entry: Entry;
  own: OwnState;
}

/**
 * Reads an older production: a state file in one of its shapes, session folders beside it whether it lists them or not, or folders alone.
 * Changes nothing. What cannot be understood is in the report.
 * @throws ProductionError `import_invalid` when nothing there is an older production.
 */
export async function readOlder(path: string, afterEach?: () => void): Promise<OlderProduction> {
  const report = new Report();
  const { folder, file, state, only } = openOlder(path, report);
  const listed = Object.entries(listingKeys).flatMap(([key, isEnded]) =>
    entriesIn(pick(state, key), `${file}: ${key}`, isEnded, report),
  );
  const { folders, others } = namesIn(folder);
  const placed = withFolders(listed, only === null ? folders : [only], { folder, file }, report);
  if (file === '' && placed.length === 0)
    throw refusal(`${path} holds no state.json of an older production, and no folder of an episode.`);
  const names = new SessionNames(
    placed.flatMap(({ entry, own }) => [entry.label, innerId(own) ?? '']).filter(isSessionId),
    report,
  );
  const episodes = new Map<SessionId, OlderEpisode>();
  for (const { entry, own } of placed) {
    afterEach?.();
    const id = names.idOf(entry, own);
    const episode = id && (await readOne(id, entry, own, folder, report));
    if (!episode) continue;
    if (episodes.has(episode.sessionId))
      report.note('warning', entry.where, `${episode.sessionId} is listed twice`, 'the later listing counts');
    episodes.set(episode.sessionId, episode);
  }
  noteUnread(state, stateKeys, file, report);
  const strangers = others.filter((name) => name !== file && !name.startsWith('.'));
  if (file !== '' && strangers.length > 0)
    report.noteKeys('info', '.', 'files beside it', strangers, 'not read');
  const stated = readStated(state, file, report);
  noteTotal(stated, [...episodes.values()], report);
  return {
    source: path,
    place: join(folder, file),
    stated,
    episodes: [...episodes.values()].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    report: report.lines,
  };
}

async function readOne(
  id: SessionId,
  { value, where, isEnded }: Entry,
  own: OwnState,
  folder: string,
  report: Report,
): Promise<OlderEpisode | undefined> {
  noteUnread(value, episodeKeys, where, report);
  noteUnread(own.value, episodeKeys, own.files[0] ?? '', report);
  noteContradictions({ value, where }, own, report);
  const place = placesOf(own, where, value);
  const episode = readEpisode(id, { ...value, ...own.value }, isEnded, place, report);
  if (!episode) return undefined;
  const kept = own.folder === '' ? [] : await readCheckpoints(folder, own.folder, id, episode.phases, report);
  episode.checkpoints = withPhaseData(episode, kept);
  noteLost(episode, place('phases'), report);
  if (isTestEpisode(episode))
    report.note('warning', where, 'it looks like a test episode', 'imported, but for --without-tests');
  return episode;
}

/** Each listed episode with its folder, and after them the folders that are none of theirs. */
function withFolders(
  listed: readonly Entry[],
  folders: readonly string[],
  { folder, file }: { folder: string; file: string },
  report: Report,
): Placed[] {
  const labels = new Set(listed.map(({ label }) => label));
  // What has another name than a session's may be one's folder all the same.
  const owns = new Map(
    folders
      .filter((name) => !labels.has(name) && (isSessionId(name) || numberInName(name) !== undefined))
      .map((name) => [name, readOwnState(folder, name, report)]),
  );
  const placed = listed.map((entry): Placed => {
    const { label } = entry;
    if (folders.includes(label)) return { entry, own: readOwnState(folder, label, report) };
    const found = [...owns].filter(([name, own]) =>
      isSessionId(label)
        ? innerId(own) === label
        : !isSessionId(name) && numberInName(name) === labelNumber(entry),
    );
    const [only] = found;
    if (!only || found.length > 1) return { entry, own: noState };
    owns.delete(only[0]);
    return { entry, own: only[1] };
  });
  return [...placed, ...unlistedIn(owns, { folder, isAlone: file === '' }, labels, report)];
}

function unlistedIn(
  owns: ReadonlyMap<string, OwnState>,
  { folder, isAlone }: { folder: string; isAlone: boolean },
  known: Set<string>,
  report: Report,
): Placed[] {
  const what = 'it is a session folder that the state file does not list';
  return [...owns].flatMap(([name, own]): Placed[] => {
    const label = innerId(own) ?? name;
    if (known.has(label)) {
      report.note('warning', name, `it says that it is ${label}, which has been read`, 'left out');
      return [];
    }
    if (own.files.length === 0 && !hasCheckpoints(folder, name)) {
      report.note('warning', name, 'nothing in it says what became of an episode', 'not imported');
      return [];
    }
    known.add(label);
    if (!isAlone) report.note('warning', name, what, 'imported');
    return [{ entry: { label, value: {}, where: own.files[0] ?? name, isEnded: false }, own }];
  });
}

function labelNumber({ label, value }: Entry): number | undefined {
  const told = Number(pick(value, 'episode_number', 'episode', 'number') ?? label);
  return Number.isInteger(told) ? told : undefined;
}
