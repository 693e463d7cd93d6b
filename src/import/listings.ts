import { byPlainKeys } from './known-keys.js';
import type { Report } from './report.js';
import { isObject, pick, type Json } from './values.js';

/** An episode as a state file lists it, or as a folder that none lists has it. */
export interface Entry {
  /** What it is called there: a session id, a number, a folder's name. */
  label: string;
  value: Json;
  where: string;
  isEnded: boolean;
}

/** The keys under which older programs list episodes, and whether those have ended. */
export const listingKeys: Readonly<Record<string, boolean>> = {
  active_episodes: false,
  completed_episodes: true,
  episodes: false,
  sessions: false,
  active_sessions: false,
  failed_episodes: false,
  archived_episodes: true,
  completed_sessions: true,
};

/** Under which an episode in a list says what it is called. */
export const labelKeys = ['session_id', 'session', 'id', 'folder', 'directory'];

/** All shapes of a listing as one: an id to an episode, a number to an id, a list. */
export function entriesIn(value: unknown, where: string, isEnded: boolean, report: Report): Entry[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value) && !Array.isArray(value)) {
    report.note('error', where, 'it is neither an object nor a list', 'nothing of it is imported');
    return [];
  }
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, entry]): Entry[] => {
    const place = `${where}.${key.slice(0, 80)}`;
    if (typeof entry === 'string') return [{ label: entry, value: {}, where: place, isEnded }];
    if (!isObject(entry)) {
      report.note('error', place, 'it is neither a session id nor an episode', 'it is left out');
      return [];
    }
    const plain = byPlainKeys(entry, place, report);
    const told = pick(plain, ...labelKeys);
    const label = typeof told === 'string' ? told : isList ? '' : key;
    return [{ label, value: plain, where: place, isEnded }];
  });
}

/** `{session_id, completed_at, cost, topic}` keeps its end outside the phases. */
export function withEnd(entry: Json): Json {
  const completedAt = pick(entry, 'completed_at');
  if (completedAt === undefined || Object.hasOwn(entry, 'phases')) return entry;
  return { ...entry, phases: { audio: { end_time: completedAt } } };
}
