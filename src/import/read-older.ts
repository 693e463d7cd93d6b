import { lstat, readFile, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { ProductionError, phaseNames, isSessionId } from '../../machines/index.js';
import { readEpisode, type OlderCheckpoint, type OlderEpisode } from './older-episode.js';
import { Report, type ReportLine } from './report.js';
import { isObject, pick, readTime, type Json } from './values.js';

/** What an older state file and its session folders say. */
export interface OlderProduction {
  source: string;
  episodes: OlderEpisode[];
  report: ReportLine[];
}

const largestFile = 100 * 1024 * 1024;

/**
 * Reads an older production: the seed's 3.0.0 shape, or the one in which `active_episodes` maps numbers to session ids.
 * Changes nothing. What cannot be understood is in the report.
 * @throws ProductionError `import_invalid` when the file as a whole is not a state file.
 */
export async function readOlder(path: string): Promise<OlderProduction> {
  const report = new Report();
  const state = await readState(path);
  const folder = await realpath(dirname(path));
  const file = basename(path);
  const episodes = new Map<string, OlderEpisode>();
  for (const [key, isEnded] of [['active_episodes', false], ['completed_episodes', true]] as const) {
    for (const { id, value, where } of listed(pick(state, key), `${file}: ${key}`, report)) {
      const own = await readSessionState(folder, id, report);
      const episode = readEpisode(id, { ...value, ...own }, isEnded, where, report);
      if (!episode) continue;
      if (episodes.has(id)) report.note('warning', where, `${id} is listed twice`, 'the later listing counts');
      episode.checkpoints = await readCheckpoints(folder, id, report);
      episodes.set(id, episode);
    }
  }
  return { source: path, episodes: [...episodes.values()].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)), report: report.lines };
}

async function readState(path: string): Promise<Json> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new ProductionError('import_invalid', `${path}: ${(error as Error).message}. Name a state.json of an older production.`, { field: 'path', cause: error });
  }
  if (isObject(value) && (isObject(value['active_episodes']) || Array.isArray(value['active_episodes']) || value['completed_episodes'] !== undefined)) return value;
  throw new ProductionError('import_invalid', `${path} has neither active_episodes nor completed_episodes: it is not a production's state file.`, { field: 'path' });
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

async function readSessionState(folder: string, id: string, report: Report): Promise<Json> {
  if (!isSessionId(id)) return {};
  const own = (await readJson(folder, `${id}/state.json`, report)) ?? (await readJson(folder, `${id}/session.json`, report));
  if (isObject(own)) return own;
  if (own !== undefined) report.note('warning', `${id}/state.json`, 'it is not an object', 'what the main file says counts');
  return {};
}

async function readCheckpoints(folder: string, id: string, report: Report): Promise<OlderCheckpoint[]> {
  const names = await readdir(join(folder, id)).catch(() => [] as string[]);
  const files = [...names.filter((name) => /^checkpoint_(research|script|audio)_.*\.json$/.test(name)), ...phaseNames.map((phase) => `${phase}/checkpoint.json`)];
  const found: OlderCheckpoint[] = [];
  for (const file of files.sort()) {
    const value = await readJson(folder, `${id}/${file}`, report);
    if (value === undefined) continue;
    const phase = phaseNames.find((each) => file.startsWith(`checkpoint_${each}_`) || file.startsWith(`${each}/`));
    if (!phase || !isObject(value)) {
      report.note('warning', `${id}/${file}`, 'it is not a checkpoint', 'left out');
      continue;
    }
    const name = file.includes('/') ? `${phase}_imported` : basename(file, '.json').toLowerCase().replaceAll(/[^a-z0-9_-]/g, '_').slice(0, 64);
    found.push({ name, phase, at: readTime(pick(value, 'timestamp', 'created_at'), `${id}/${file}`, report), data: Object.hasOwn(value, 'data') ? value['data'] : value });
  }
  return found;
}

/** A JSON file inside the folder; undefined when it is not there. Links that lead out, and giants, are refused and reported. */
async function readJson(folder: string, path: string, report: Report): Promise<unknown> {
  const place = join(folder, path);
  try {
    const info = await lstat(place);
    const real = await realpath(place);
    if (!real.startsWith(`${folder}${sep}`)) {
      report.note('warning', path, 'it is a link that leads out of the folder', 'not read');
      return undefined;
    }
    if (info.size > largestFile) {
      report.note('warning', path, `it has ${info.size} bytes`, 'not read: above 100 MB');
      return undefined;
    }
    return JSON.parse(await readFile(real, 'utf8')) as unknown;
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT' && (error as { code?: string }).code !== 'ENOTDIR') report.note('warning', path, `it cannot be read: ${(error as Error).message}`, 'left out');
    return undefined;
  }
}
