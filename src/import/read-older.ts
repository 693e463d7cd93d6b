import { join } from 'node:path';
import { isSessionId, type SessionId } from '../../machines/index.js';
import { entriesIn, labelKeys, listingKeys, withEnd, type Entry } from './listings.js';
import { noteLost } from './lost-work.js';
import { hasCheckpoints, readCheckpoints } from './older-checkpoints.js';
import { episodeKeys, readEpisode, type OlderEpisode } from './older-episode.js';
import { openOlder, refusal } from './open-older.js';
import { filesIn, withFiles } from './phase-files.js';
import { Report, type ReportLine } from './report.js';
import {
  copyOf,
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
  const { folders, links, others } = namesIn(folder);
  const known = { folders: only === null ? folders : [only], links };
  const placed = withFolders(listed, known, { folder, file }, report);
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
    const episode = id && readOne(id, entry, own, folder, report);
    if (!episode) continue;
    if (episodes.has(episode.sessionId))
      report.note('warning', entry.where, `${episode.sessionId} is listed twice`, 'the later listing counts');
    episodes.set(episode.sessionId, episode);
  }
  noteUnread(state, stateKeys, file, report);
  if (only === null) {
    const read = new Set([file, ...placed.map(({ own }) => own.folder)]);
    const told = new Set(report.lines.map(({ where }) => where));
    const strangers = (names: readonly string[]): string[] =>
      names.filter((name) => !read.has(name) && !name.startsWith('.') && !told.has(name));
    for (const [what, names] of [
      ['files beside it', strangers(others)],
      ['folders beside it', strangers(folders)],
      ['links beside it', strangers(links)],
    ] as const)
      if (names.length > 0) report.noteKeys('info', '.', what, names, 'not read');
  }
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

function readOne(
  id: SessionId,
  { value, where, isEnded }: Entry,
  own: OwnState,
  folder: string,
  report: Report,
): OlderEpisode | undefined {
  noteUnread(value, [...episodeKeys, ...labelKeys], where, report);
  noteUnread(own.value, episodeKeys, own.files[0] ?? '', report);
  noteContradictions({ value, where }, own, report);
  const place = placesOf(own, where, value);
  const episode = readEpisode(
    id,
    { ...(Object.hasOwn(own.value, 'phases') ? value : withEnd(value)), ...own.value },
    isEnded,
    place,
    report,
  );
  if (!episode) return undefined;
  readWork(episode, own, folder, report);
  noteLost(episode, place('phases'), report);
  if (isTestEpisode(episode))
    report.note('warning', where, 'it looks like a test episode', 'imported, but for --without-tests');
  return episode;
}

/** What the phases have made: checkpoints, data that they say, files; and what else is in the folder. */
function readWork(episode: OlderEpisode, own: OwnState, base: string, report: Report): void {
  const { folder } = own;
  if (folder === '') {
    episode.checkpoints = withPhaseData(episode, []);
    return;
  }
  const kept = readCheckpoints(base, folder, episode.sessionId, episode.phases, report);
  episode.checkpoints = withPhaseData(episode, kept.found);
  const known = new Set([...own.files.map((file) => file.slice(folder.length + 1)), ...kept.files]);
  const files = filesIn(base, folder).filter((file) => !known.has(file));
  const taken = new Set(withFiles(episode, { base, folder, files }, report));
  const others = files.filter((file) => !taken.has(file));
  if (others.length > 0)
    report.noteKeys('info', folder, 'files that are not read', others, 'they stay where they are');
}

/** Each listed episode with its folder, and after them the folders that are none of theirs. */
function withFolders(
  listed: readonly Entry[],
  { folders, links }: { folders: readonly string[]; links: readonly string[] },
  { folder, file }: { folder: string; file: string },
  report: Report,
): Placed[] {
  const labels = new Set(listed.map(({ label }) => label));
  const there = new Set([...folders, ...links]);
  const isCopy = (name: string): boolean => {
    const of = copyOf(name);
    if (of === undefined || !(labels.has(of) || there.has(of))) return false;
    report.note('warning', name, `by its name it is a copy of ${of}`, 'left out');
    return true;
  };
  // What has another name than a session's may be one's folder all the same.
  const owns = new Map(
    folders
      .filter(
        (name) =>
          !labels.has(name) && (isSessionId(name) || numberInName(name) !== undefined) && !isCopy(name),
      )
      .map((name) => [name, readOwnState(folder, name, report)]),
  );
  const placed = listed.map((entry): Placed => {
    const { label } = entry;
    if (there.has(label)) return { entry, own: readOwnState(folder, label, report) };
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
