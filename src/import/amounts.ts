import { ceilToMicro, type Usd } from '../../machines/index.js';
import { choose, shown, type At } from './known-keys.js';
import type { Report } from './report.js';
import type { Json } from './values.js';

const drift = 1e-9;

/** An older file's decimal dollars. Float drift is rounded away and reported; what is no amount gives undefined. */
export function readCost(
  value: unknown,
  where: string,
  report: Report,
  decision = 'the episode is left out',
): Usd | undefined {
  if (value === undefined || value === null) return 0 as Usd;
  const amount = typeof value === 'string' ? amountIn(value) : value;
  if (typeof amount !== 'number' || !Number.isFinite(amount) || amount < 0 || amount > 1e6) {
    report.note('error', where, `${shown(value)} is not an amount of dollars`, decision);
    return undefined;
  }
  const micros = ceilToMicro(Object.is(amount, -0) ? 0 : amount, where);
  if (String(amount).replace(/^\d+\.?/, '').length > 6) noteFiner(amount, micros, where, report);
  return micros;
}

/** `"$1.20"`, `"1.20 USD"` and `"1,234.50"` too; a comma before one or two digits may be a decimal one, which nobody can know. */
function amountIn(text: string): number | undefined {
  const bare = text
    .trim()
    .replace(/^(?:US)?\$ ?/i, '')
    .replace(/ ?(?:USD|dollars?|\$)$/i, '');
  const grouped = /^\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,20})?$/.test(bare);
  if (!grouped && !/^-?\d{1,20}(?:\.\d{0,20})?(?:e-?\d{1,3})?$/i.test(bare)) return undefined;
  return Number(bare.replaceAll(',', ''));
}

function noteFiner(amount: number, micros: Usd, where: string, report: Report): void {
  const isDrift = Math.abs(amount * 1e6 - micros) <= Math.max(1, micros) * drift;
  report.note(
    isDrift ? 'info' : 'warning',
    where,
    `${amount} is finer than a micro-dollar`,
    `read as ${micros / 1e6}${isDrift ? ' (float drift)' : ', rounded up'}`,
  );
}

/** The keys of an amount, and those of the same amount in cents. */
export const amountKeys = (keys: readonly string[]): string[] => [
  ...keys,
  ...keys.map((key) => `${key}_cents`),
];

/** The amount under the first of several keys that is there, in dollars or in cents. */
export function readAmount(
  value: Json,
  keys: readonly string[],
  at: At,
  report: Report,
  decision?: string,
): Usd | undefined {
  const inCents = keys.map((key) => `${key}_cents`);
  const cents = choose(value, inCents, at, report);
  const dollars = choose(value, keys, at, report);
  const place = (all: readonly string[]): string =>
    at(all.find((key) => Object.hasOwn(value, key)) ?? all[0] ?? '');
  if (dollars === undefined && cents !== undefined) return inDollars(cents, place(inCents), report, decision);
  if (cents !== undefined)
    report.note(
      'warning',
      place(inCents),
      `it says ${shown(cents)} beside an amount in dollars`,
      'the amount in dollars counts',
    );
  return readCost(dollars, place(keys), report, decision);
}

function inDollars(cents: unknown, where: string, report: Report, decision?: string): Usd | undefined {
  const read = readCost(cents, where, report, decision);
  return read === undefined ? undefined : (Math.ceil(read / 100) as Usd);
}
