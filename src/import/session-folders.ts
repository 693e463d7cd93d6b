import { readdirSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { isSessionId, type SessionId } from '../../machines/index.js';
import { looksLikeEpisode } from './older-episode.js';
import { byPlainKeys, shown, type At } from './known-keys.js';
import { readJson } from './read-json.js';
import type { Report } from './report.js';
import { isObject, type Json } from './values.js';

/** What a session's folder says of it, by plain keys, and which of its files says what. */
export interface OwnState {
  /** The folder's name; empty where there is none. */
  folder: string;
  value: Json;
  files: string[];
  /** The place of a key; undefined where no file has it. */
  place: (key: string) => string | undefined;
  /** When the newest of its files was written. */
  writtenAt: string | null;
}

const ownFiles = ['state.json', 'session.json', 'status.json', 'episode.json', 'metadata.json'];
// Of these others have some too, which say nothing of an episode's making.
const shared = new Set(['episode.json', 'metadata.json']);

export const noState: OwnState = {
  folder: '',
  value: {},
  files: [],
  place: () => undefined,
  writtenAt: null,
};

/** The number in a folder's name: `ep_012`, `episode-12-why-bees`, `2025-09-03_ep12`, `012_why_bees`. */
export function numberInName(name: string): number | undefined {
  const told =
    /(?:^|[^a-z])(?:ep|episode)[ _.-]?0{0,9}(\d{1,7})(?!\d)/i.exec(name) ??
    /^0{0,9}(\d{1,4})(?:[ _.-]|$)(?!\d\d-)/.exec(name);
  const number = Number(told?.[1]);
  return Number.isInteger(number) && number >= 1 ? number : undefined;
}

/** The folders beside a state file, links, and what else is there. */
export function namesIn(folder: string): { folders: string[]; links: string[]; others: string[] } {
  const entries: Dirent[] = readdirSync(folder, { withFileTypes: true });
  const named = (is: (entry: Dirent) => boolean): string[] =>
    entries
      .filter(is)
      .map(({ name }) => name)
      .sort();
  return {
    folders: named((entry) => entry.isDirectory()),
    links: named((entry) => entry.isSymbolicLink()),
    others: named((entry) => !entry.isDirectory() && !entry.isSymbolicLink()),
  };
}

/** The session that a folder is a copy of by its name: `ep_001_20250903_143022.bak`, `ep_001_20250903_143022 (copy)`. */
export function copyOf(name: string): string | undefined {
  const [, id] = /^(ep_\d{3,7}_\d{8}_\d{6})[^\d].{0,200}$/.exec(name) ?? [];
  return isSessionId(name) ? undefined : id;
}

/** Reads what a session's own files say of it. Where two differ, the first counts, which is told; a file of another session is not read. */
export function readOwnState(base: string, folder: string, report: Report): OwnState {
  const from = new Map<string, string>();
  const value: Json = {};
  const files: string[] = [];
  let writtenMs = 0;
  for (const file of ownFiles.map((name) => `${folder}/${name}`)) {
    const read = readJson(base, file, report);
    if (read === undefined) continue;
    if (!isObject(read)) {
      report.note('warning', file, 'it is not an object', 'what the main file says counts');
      continue;
    }
    const plain = byPlainKeys(read, file, report);
    if (shared.has(file.slice(folder.length + 1)) && !looksLikeEpisode(plain)) continue;
    const owner = plain['session_id'];
    if (isSessionId(owner) && isSessionId(folder) && owner !== folder) {
      report.note('warning', file, `it is of ${owner}`, 'left out');
      continue;
    }
    files.push(file);
    writtenMs = Math.max(writtenMs, statSync(join(base, file)).mtimeMs);
    for (const [key, each] of Object.entries(plain)) take(key, each, file);
  }
  return {
    folder,
    value,
    files,
    place: (key) => {
      const file = from.get(key);
      return file === undefined ? undefined : `${file}: ${key}`;
    },
    writtenAt: writtenMs === 0 ? null : new Date(writtenMs).toISOString(),
  };

  function take(key: string, each: unknown, file: string): void {
    const known = from.get(key);
    if (known === undefined) {
      from.set(key, file);
      Object.defineProperty(value, key, {
        value: each,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    } else if (JSON.stringify(value[key]) !== JSON.stringify(each) && key !== 'updated_at') {
      report.note(
        'warning',
        `${file}: ${key}`,
        `it says ${shown(each)}, ${known} says ${shown(value[key])}`,
        `what ${known} says counts`,
      );
    }
  }
}

/** The places of an episode's keys: in its own files, or else where it is listed. */
export function placesOf(own: OwnState, listedAt: string, listed: Json): (...keys: string[]) => string {
  const inList: At = (key) => `${listedAt}.${key}`;
  return (...keys) => {
    for (const key of keys) {
      const place = own.place(key);
      if (place !== undefined) return place;
    }
    const key = keys.find((each) => Object.hasOwn(listed, each));
    if (key !== undefined) return inList(key);
    const [file] = own.files;
    return keys[0] === undefined ? listedAt : file === undefined ? inList(keys[0]) : `${file}: ${keys[0]}`;
  };
}

/** The session id that a folder's own file says it has. */
export function innerId(own: OwnState): SessionId | undefined {
  const id = own.value['session_id'];
  return isSessionId(id) ? id : undefined;
}
