import { largestAmount } from '../usd.js';

// Each check of its own costs a step 0.1 µs and an object (zod 4.6.7): what every event carries is checked by one function each.
export function isMicros(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
}

export function isAmount(value: number): boolean {
  return isMicros(value) && value <= largestAmount;
}

const instantForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;
const dayForm = /^\d{4}-\d\d-\d\d$/;

export const isInstant = rememberingLast((text) => instantForm.test(text) && isOnTheClock(text));
export const isCalendarDay = rememberingLast((day) => dayForm.test(day) && isOnTheClock(`${day}T00:00:00Z`));

/** Commits come in batches of one time and one day, and looking at a date costs a microsecond. */
function rememberingLast(isRight: (text: string) => boolean): (text: string) => boolean {
  let lastRight: string | undefined;
  return (text) => {
    if (text === lastRight) return true;
    if (!isRight(text)) return false;
    lastRight = text;
    return true;
  };
}

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** By arithmetic: V8 reads 30 February as 2 March, and looking again at what it made of it costs a microsecond. */
function isOnTheClock(text: string): boolean {
  const [year, month, day] = [numberAt(text, 0, 4), numberAt(text, 5, 7), numberAt(text, 8, 10)];
  const isLeapDay = month === 2 && day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const isDay = day >= 1 && day <= (daysOfMonth[month - 1] ?? 0);
  return (
    (isDay || isLeapDay) &&
    numberAt(text, 11, 13) < 24 &&
    numberAt(text, 14, 16) < 60 &&
    numberAt(text, 17, 19) < 60
  );
}

function numberAt(text: string, from: number, to: number): number {
  return Number(text.slice(from, to));
}

const forbiddenKeys = new Set([
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
]);

export const isUnreserved = (name: string): boolean => !forbiddenKeys.has(name);

export const nameForm = /^[a-z0-9][a-z0-9_-]{0,63}$/;
export const isLowerName = (name: string): boolean => nameForm.test(name) && isUnreserved(name);

export const hasOneKey = (value: object): boolean => Object.keys(value).length === 1;

// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/;

export const isPrintable = (text: string): boolean => !controls.test(text);
export const isWellFormed = (text: string): boolean => text.isWellFormed();

export function isTimeZone(zone: string): boolean {
  // What most have, and loading the calendar of the others takes longer than all other rules.
  if (zone === 'UTC') return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export const hasNoNul = (path: string): boolean => !path.includes('\0');

export const isAnswered = ({ by }: { by?: string | undefined }): boolean => by !== undefined;
