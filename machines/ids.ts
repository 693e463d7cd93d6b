import { ProductionError } from './errors.js';

/** `ep_001_20250903_143022`: episode number, UTC date, UTC time of creation; `_2`, `_3`… when that second is taken. */
export type SessionId = string & { readonly __id: 'session' };

const sessionForm = /^ep_(\d{3,7})_(\d{8})_(\d{6})(?:_(\d{1,7}))?$/;
const nameForm = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const reservedNames = /^(?:con|prn|aux|nul|com\d|lpt\d)$/;
const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype']);

/** The session id of episode `number` created at `at` (ISO-8601 UTC); `copy` 1 has no suffix. */
export function sessionIdFor(number: number, at: string, copy = 1): SessionId {
  const digits = at.replace(/\D/g, '');
  const base = `ep_${String(number).padStart(3, '0')}_${digits.slice(0, 8)}_${digits.slice(8, 14)}`;
  return (copy === 1 ? base : `${base}_${copy}`) as SessionId;
}

export function isSessionId(text: unknown): text is SessionId {
  return typeof text === 'string' && sessionForm.test(text);
}

/** @throws ProductionError `invalid_input` naming `session_id`. */
export function parseSessionId(text: unknown): SessionId {
  if (isSessionId(text)) return text;
  throw new ProductionError(
    'invalid_input',
    `session_id: ${show(text)} is not a session id such as ep_001_20250903_143022.`,
    { field: 'session_id' },
  );
}

/** The episode's number inside a session id. */
export function episodeNumberOf(id: SessionId): number {
  return Number(sessionForm.exec(id)?.[1]);
}

/**
 * A name that may become a file's name: lower-case letters, digits, `_` and `-`, at most 64.
 * @throws ProductionError `invalid_input` naming `field`.
 */
export function parseName(text: unknown, field: string): string {
  const isForm = typeof text === 'string' && nameForm.test(text);
  if (isForm && !reservedNames.test(text) && !forbiddenNames.has(text)) return text;
  if (isForm)
    throw new ProductionError(
      'invalid_input',
      `${field}: ${show(text)} means something to a system or a program already; take another name.`,
      { field },
    );
  throw new ProductionError(
    'invalid_input',
    `${field}: ${show(text)} is not a name: use 1 to 64 lower-case letters, digits, "_" or "-", beginning with a letter or digit.`,
    { field },
  );
}

function show(text: unknown): string {
  return typeof text === 'string'
    ? JSON.stringify(text.slice(0, 80))
    : `a value of type ${text === null ? 'null' : typeof text}`;
}
