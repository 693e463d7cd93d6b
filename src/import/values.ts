import { ceilToMicro, messageOf, type PhaseStatus, type Usd } from '../../machines/index.js';
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

/** Reports the keys that nobody reads. */
export function noteUnread(object: Json, read: readonly string[], where: string, report: Report): void {
  const unread = Object.keys(object).filter((key) => !read.includes(key));
  if (unread.length === 0) return;
  const shown = unread
    .slice(0, 10)
    .map((key) => key.slice(0, 60))
    .join(', ');
  report.note(
    'info',
    where,
    `not known here: ${shown}${unread.length > 10 ? `, and ${unread.length - 10} more` : ''}`,
    'left out',
  );
}

const drift = 1e-9;

/** An older file's decimal dollars. Float drift is rounded away and reported; what is no amount gives undefined. */
export function readCost(value: unknown, where: string, report: Report): Usd | undefined {
  if (value === undefined || value === null) return 0 as Usd;
  const amount = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof amount !== 'number' || !Number.isFinite(amount) || amount < 0 || amount > 1e6) {
    report.note(
      'error',
      where,
      `${JSON.stringify(value)} is not an amount of dollars`,
      'the episode is left out',
    );
    return undefined;
  }
  const micros = ceilToMicro(amount, where);
  const difference = Math.abs(amount * 1e6 - micros);
  if (String(amount).replace(/^\d+\.?/, '').length > 6) {
    const isDrift = difference <= Math.max(1, micros) * drift;
    report.note(
      isDrift ? 'info' : 'warning',
      where,
      `${amount} is finer than a micro-dollar`,
      `read as ${micros / 1e6}${isDrift ? ' (float drift)' : ', rounded up'}`,
    );
  }
  return micros;
}

const naive = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d+))?$/;

/** A time in ISO-8601 UTC with milliseconds. Times without a zone are read as UTC, which is reported once per file. */
export function readTime(value: unknown, where: string, report: Report): string | null {
  if (value === undefined || value === null || value === '') return null;
  const text = typeof value === 'string' ? value : '';
  const match = naive.exec(text);
  if (match) {
    const file = where.split(':')[0] ?? where;
    if (!report.lines.some((line) => line.where === file && line.what.startsWith('times without'))) {
      report.note('info', file, 'times without a time zone', 'read as UTC, cut to milliseconds');
    }
    return validInstant(`${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(3, '0').slice(0, 3)}Z`);
  }
  const parsed = /^\d{4}-\d\d-\d\dT/.test(text) ? validInstant(text) : null;
  if (parsed === null)
    report.note('warning', where, `${JSON.stringify(value)?.slice(0, 60)} is not a time`, 'left out');
  return parsed;
}

function validInstant(text: string): string | null {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

const statuses: Record<string, PhaseStatus> = {
  pending: 'pending',
  not_started: 'pending',
  initialized: 'pending',
  active: 'active',
  in_progress: 'active',
  running: 'active',
  processing: 'active',
  started: 'active',
  complete: 'complete',
  completed: 'complete',
  done: 'complete',
  success: 'complete',
  failed: 'failed',
  error: 'failed',
  skipped: 'skipped',
  bypassed: 'skipped',
};

export function readPhaseStatus(value: unknown, where: string, report: Report): PhaseStatus {
  if (value === undefined) return 'pending';
  const word = typeof value === 'string' ? value.toLowerCase() : '';
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
  const error = pick(value, 'error', 'error_message', 'failure');
  return error === undefined ? null : messageOf(isObject(error) ? (pick(error, 'message') ?? error) : error);
}
