import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ProductionError } from '../../machines/index.js';
import { plainRefusalTexts, readPlainFile } from '../disk/index.js';
import { byPlainKeys } from './known-keys.js';
import { listingKeys } from './listings.js';
import { looksLikeEpisode } from './older-episode.js';
import { jsonIn, largestFile } from './read-json.js';
import type { Report } from './report.js';
import { isObject, type Json } from './values.js';

/** Where an older production lies. */
export interface OlderPlace {
  /** With no link in it. */
  folder: string;
  /** The state file's name; empty where only folders of episodes are there. */
  file: string;
  /** By plain keys. */
  state: Json;
  /** The only folder that is meant, where one episode's own file was named. */
  only: string | null;
}

const stateFiles = ['state.json', 'status.json', 'production_state.json', 'production.json'];

/**
 * Finds what a path names: a state file, a folder with one or with folders of episodes, or one episode's own file.
 * @throws ProductionError `import_invalid`.
 */
export function openOlder(path: string, report: Report): OlderPlace {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return openFolder(path, report);
  const value = readNamed(path, report);
  const place = dirname(realpathSync(path));
  if (Array.isArray(value) && value.length > 0 && value.every(isEpisode))
    return { folder: place, file: basename(path), state: { episodes: value }, only: null };
  if (isObject(value)) {
    const state = byPlainKeys(value, basename(path), report);
    if (isState(state))
      return { folder: realpathSync(dirname(path)), file: basename(path), state, only: null };
    if (looksLikeEpisode(state))
      return { folder: dirname(place), file: '', state: {}, only: basename(place) };
  }
  throw refusal(
    `${path} has neither active_episodes nor completed_episodes: it is not a production's state file.`,
  );
}

function openFolder(path: string, report: Report): OlderPlace {
  const folder = realpathSync(path);
  for (const file of stateFiles) {
    if (!statSync(join(folder, file), { throwIfNoEntry: false })?.isFile()) continue;
    const value = readNamed(join(path, file), report);
    if (!isObject(value)) continue;
    const state = byPlainKeys(value, file, report);
    if (isState(state)) return { folder, file, state, only: null };
    if (looksLikeEpisode(state))
      return { folder: dirname(folder), file: '', state: {}, only: basename(folder) };
  }
  return { folder, file: '', state: {}, only: null };
}

const isEpisode = (value: unknown): boolean => isObject(value) && looksLikeEpisode(value);

function isState(value: Json): boolean {
  return Object.keys(listingKeys).some(
    (key) =>
      isObject(value[key]) || Array.isArray(value[key]) || (key === 'completed_episodes' && key in value),
  );
}

function readNamed(path: string, report: Report): unknown {
  try {
    const read = readPlainFile(path, { largest: largestFile, followsLink: true });
    if ('refused' in read) throw new Error(plainRefusalTexts[read.refused]);
    return jsonIn(read.bytes, basename(path), report);
  } catch (error) {
    throw refusal(
      `${path}: ${(error as Error).message}. Name a state.json of an older production, or its folder.`,
      error,
    );
  }
}

export function refusal(message: string, cause?: unknown): ProductionError {
  return new ProductionError('import_invalid', message, { field: 'path', cause });
}
