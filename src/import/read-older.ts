import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ProductionError, isSessionId } from '../../machines/index.js';
import { decodeJson, plainRefusalTexts, readPlainFile } from '../disk/index.js';
import { readCheckpoints } from './older-checkpoints.js';
import { episodeKeys, readEpisode, type OlderEpisode } from './older-episode.js';
import { largestFile, readJson } from './read-json.js';
import { Report, type ReportLine } from './report.js';
import { isObject, noteUnread, pick, type Json, type Place } from './values.js';
import { isTestEpisode } from './test-episodes.js';
import { noteContradictions, noteTotal, noteUnlisted, withPhaseData } from './whole.js';

/** What an older state file and its session folders say. */
export interface OlderProduction {
  source: string;
  episodes: OlderEpisode[];
  report: ReportLine[];
}

const stateKeys = [
  'version',
  'active_episodes',
  'completed_episodes',
  'total_cost',
  'total_episodes',
  'last_updated',
  'metrics',
  'showrunner',
  'crc32',
];

/**
 * Reads an older production: the seed's 3.0.0 shape, or the one in which `active_episodes` maps numbers to session ids.
 * Changes nothing. What cannot be understood is in the report.
 * @throws ProductionError `import_invalid` when the file as a whole is not a state file.
 */
export async function readOlder(path: string, afterEach?: () => void): Promise<OlderProduction> {
  const report = new Report();
  const state = readState(path);
  const folder = await realpath(dirname(path));
  const file = basename(path);
  const episodes = new Map<string, OlderEpisode>();
  const seen = new Set<string>();
  for (const [key, isEnded] of [
    ['active_episodes', false],
    ['completed_episodes', true],
  ] as const) {
    for (const { id, value, where } of listed(pick(state, key), `${file}: ${key}`, report)) {
      seen.add(id);
      afterEach?.();
      const own = readSessionState(folder, id, report);
      const place: Place = (...keys) => {
        const inOwn = keys.find((key) => Object.hasOwn(own.value, key));
        if (inOwn !== undefined) return `${own.file}: ${inOwn}`;
        return [
          where,
          ...keys
            .filter((key) => Object.hasOwn(value, key))
            .concat(keys)
            .slice(0, 1),
        ].join('.');
      };
      noteUnread(value, episodeKeys, where, report);
      noteUnread(own.value, episodeKeys, own.file, report);
      noteContradictions({ value, where }, own, report);
      const episode = readEpisode(id, { ...value, ...own.value }, isEnded, place, report);
      if (!episode) continue;
      if (episodes.has(id))
        report.note('warning', where, `${id} is listed twice`, 'the later listing counts');
      episode.checkpoints = withPhaseData(episode, await readCheckpoints(folder, id, report));
      if (isTestEpisode(episode))
        report.note('warning', where, 'it looks like a test episode', 'imported, but for --without-tests');
      episodes.set(id, episode);
    }
  }
  noteUnread(state, stateKeys, file, report);
  await noteUnlisted(folder, seen, report);
  noteTotal(pick(state, 'total_cost'), [...episodes.values()], `${file}: total_cost`, report);
  return {
    source: path,
    episodes: [...episodes.values()].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    report: report.lines,
  };
}

function readState(path: string): Json {
  let value: unknown;
  try {
    const read = readPlainFile(path, { largest: largestFile, followsLink: true });
    if ('refused' in read) throw new Error(plainRefusalTexts[read.refused]);
    value = jsonIn(read.bytes);
  } catch (error) {
    throw new ProductionError(
      'import_invalid',
      `${path}: ${(error as Error).message}. Name a state.json of an older production.`,
      { field: 'path', cause: error },
    );
  }
  if (
    isObject(value) &&
    (isObject(value['active_episodes']) ||
      Array.isArray(value['active_episodes']) ||
      value['completed_episodes'] !== undefined)
  )
    return value;
  throw new ProductionError(
    'import_invalid',
    `${path} has neither active_episodes nor completed_episodes: it is not a production's state file.`,
    { field: 'path' },
  );
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return decodeJson(bytes);
  } catch (error) {
    throw new Error(`it is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Both shapes as one: an id, what the main file says of it, and where. */
function listed(value: unknown, where: string, report: Report): { id: string; value: Json; where: string }[] {
  if (value === undefined) return [];
  if (!isObject(value) && !Array.isArray(value)) {
    report.note('error', where, 'it is neither an object nor a list', 'nothing of it is imported');
    return [];
  }
  return Object.entries(value).flatMap(([key, entry]) => {
    const place = `${where}.${key.slice(0, 80)}`;
    if (typeof entry === 'string') return [{ id: entry, value: {}, where: place }];
    if (!isObject(entry)) {
      report.note('error', place, 'it is neither a session id nor an episode', 'it is left out');
      return [];
    }
    const id = pick(entry, 'session_id') ?? key;
    return [{ id: typeof id === 'string' ? id : key, value: withEnd(entry), where: place }];
  });
}

/** `{session_id, completed_at, cost, topic}` keeps its end outside the phases. */
function withEnd(entry: Json): Json {
  const completedAt = pick(entry, 'completed_at');
  if (completedAt === undefined || Object.hasOwn(entry, 'phases')) return entry;
  return { ...entry, phases: { audio: { end_time: completedAt } } };
}

/** What the session's own folder says of it, and in which file; nothing where there is no such file. */
function readSessionState(folder: string, id: string, report: Report): { file: string; value: Json } {
  for (const file of isSessionId(id) ? [`${id}/state.json`, `${id}/session.json`] : []) {
    const value = readJson(folder, file, report);
    if (isObject(value)) return { file, value };
    if (value !== undefined)
      report.note('warning', file, 'it is not an object', 'what the main file says counts');
  }
  return { file: '', value: {} };
}
