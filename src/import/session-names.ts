import { isSessionId, sessionIdFor, type SessionId } from '../../machines/index.js';
import { shown } from './known-keys.js';
import type { Entry } from './listings.js';
import { madeAt, numberKeys } from './older-episode.js';
import type { Report } from './report.js';
import { numberInName, type OwnState } from './session-folders.js';
import { pick, type Json } from './values.js';

const unknownTime = '1970-01-01T00:00:00.000Z';

/**
 * The session ids of one import. What has another name gets an id of its number and of when it was made, the same each time; a second one of
 * that second gets `_2`.
 */
export class SessionNames {
  readonly #taken: Set<string>;
  readonly #report: Report;

  /** `known` are the ids that are there as such. */
  constructor(known: Iterable<string>, report: Report) {
    this.#taken = new Set(known);
    this.#report = report;
  }

  /** Undefined, and a line in the report, for what is no name of an episode. */
  idOf({ label, value, where }: Entry, own: OwnState): SessionId | undefined {
    const told = pick(own.value, 'session_id');
    const id = [label, told].find((each) => isSessionId(each));
    if (id !== undefined) return id;
    const name = own.folder === '' ? label : own.folder;
    const number = numberOf({ ...value, ...own.value }, name);
    if (number === undefined || !/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$|^$/u.test(label)) {
      this.#report.note(
        'error',
        where,
        `${shown(name.slice(0, 80))} is not a session id${number === undefined ? ', and has no number of an episode' : ''}`,
        'the episode is left out',
      );
      return undefined;
    }
    return this.#derived(number, name, { ...value, ...own.value }, own, where);
  }

  #derived(number: number, name: string, value: Json, own: OwnState, where: string): SessionId {
    const said = madeAt(value) ?? dateInName(name);
    const at = said ?? own.writtenAt ?? unknownTime;
    for (let copy = 1; ; copy += 1) {
      const id = sessionIdFor(number, at, copy);
      if (this.#taken.has(id)) continue;
      this.#taken.add(id);
      const when = said === null ? ', and says nothing of when it was made' : '';
      this.#report.note(
        said === null ? 'warning' : 'info',
        where,
        `it has no session id${when}`,
        `imported as ${id}${said === null && own.writtenAt !== null ? ', by the time of its file' : ''}`,
      );
      return id;
    }
  }
}

function numberOf(value: Json, name: string): number | undefined {
  for (const key of numberKeys) {
    const told = value[key];
    const number = typeof told === 'string' && told.trim() !== '' ? Number(told) : told;
    if (typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= 9_999_999)
      return number;
  }
  return /^\d{1,7}$/.test(name) && Number(name) >= 1 ? Number(name) : numberInName(name);
}

/** `2025-09-03` or `20250903`, with `143022` behind it where the name has that. */
function dateInName(name: string): string | null {
  const match = /(20\d\d)-?([01]\d)-?([0-3]\d)(?:[T_-]?([0-2]\d)-?([0-5]\d)-?([0-5]\d))?(?!\d)/.exec(name);
  if (!match) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = match;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  return Number.isNaN(Date.parse(text)) ? null : text;
}
