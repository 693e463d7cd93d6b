import { messageOf, type PhaseStatus } from '../../machines/index.js';
import type { Report } from './report.js';

export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first of several keys that is there. */
export function pick(object: Json, ...keys: string[]): unknown {
  for (const key of keys) if (Object.hasOwn(object, key) && object[key] !== null) return object[key];
  return undefined;
}

/** Where a value with one of these keys is: file and place in it. Without keys: where the whole is. */
export type Place = (...keys: string[]) => string;

/** Reports the keys that nobody reads: all of them, of which a line shows ten. */
export function noteUnread(object: Json, read: readonly string[], where: string, report: Report): void {
  const unread = Object.keys(object).filter((key) => !read.includes(key));
  if (unread.length > 0) report.noteKeys('info', where, 'not known here', unread, 'left out');
}

const naive = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?$/;

/** A time in ISO-8601 UTC with milliseconds. Times without a zone are read as UTC, which is reported once per file; numbers as seconds or milliseconds since 1970. */
export function readTime(value: unknown, where: string, report: Report): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'number' || (typeof value === 'string' && /^\d{9,13}(?:\.\d{1,9})?$/.test(value))) {
    const read = sinceEpoch(Number(value));
    if (read !== null) return read;
  }
  const text = typeof value === 'string' ? value.trim() : '';
  const match = naive.exec(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text);
  if (match) {
    report.noteOnce(
      'info',
      where.split(':')[0] ?? where,
      'times without a time zone',
      'read as UTC, cut to milliseconds',
    );
    return validInstant(`${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(3, '0').slice(0, 3)}Z`);
  }
  const parsed = /^\d{4}-\d\d-\d\d[T ]/.test(text) ? validInstant(text) : null;
  if (parsed === null)
    report.note('warning', where, `${JSON.stringify(value)?.slice(0, 60)} is not a time`, 'left out');
  return parsed;
}

/** Python's `time.time()` and JavaScript's `Date.now()`: from 1990 on, the one is never as large as the other. */
function sinceEpoch(value: number): string | null {
  const ms = value > 1e11 ? value : value * 1000;
  return ms > 6e11 && ms < 1e13 ? new Date(ms).toISOString() : null;
}

function validInstant(text: string): string | null {
  const ms = Date.parse(text);
  return Number.isNaN(ms) || ms < 0 || ms > latestMs ? null : new Date(ms).toISOString();
}

/** The end of the year 9999: later ones have another form. */
const latestMs = 253_402_300_799_999;

const statuses: Record<string, PhaseStatus> = {
  pending: 'pending',
  not_started: 'pending',
  initialized: 'pending',
  queued: 'pending',
  todo: 'pending',
  waiting: 'pending',
  false: 'pending',
  active: 'active',
  in_progress: 'active',
  running: 'active',
  processing: 'active',
  started: 'active',
  paused: 'active',
  complete: 'complete',
  completed: 'complete',
  done: 'complete',
  finished: 'complete',
  success: 'complete',
  passed: 'complete',
  ok: 'complete',
  true: 'complete',
  failed: 'failed',
  error: 'failed',
  aborted: 'failed',
  cancelled: 'failed',
  canceled: 'failed',
  skipped: 'skipped',
  bypassed: 'skipped',
};

/** `In Progress` as `in_progress`; empty where it is no word. */
export function statusWord(value: unknown): string {
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value.trim().toLowerCase().replaceAll(/[ -]/g, '_') : '';
}

export function readPhaseStatus(value: unknown, where: string, report: Report): PhaseStatus {
  if (value === undefined) return 'pending';
  const word = statusWord(value);
  if (Object.hasOwn(statuses, word)) return statuses[word] ?? 'pending';
  report.note(
    'warning',
    where,
    `${JSON.stringify(value)?.slice(0, 60)} is not a phase status`,
    'read as pending',
  );
  return 'pending';
}

/** What a record says of why it failed, cut to a length that a journal line can carry. */
export function readError(value: Json): string | null {
  const error = pick(value, 'error', 'error_message', 'failure', 'last_error', 'errors');
  const last = Array.isArray(error) ? error.at(-1) : error;
  if (last === undefined || last === null) return null;
  return messageOf(isObject(last) ? (pick(last, 'message', 'error') ?? JSON.stringify(last)) : last);
}
