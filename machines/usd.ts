import { ProductionError } from './errors.js';

/** An amount of money: an integer number of micro-dollars (1 USD = 1,000,000). Never a fraction. */
export type Usd = number & { readonly __unit: 'micro-dollars' };

/** The largest single amount that is taken: one million dollars. Sums stay exact far beyond it. */
export const largestAmount = 1_000_000_000_000 as Usd;

export const zeroUsd = 0 as Usd;

const decimal = /^(\d{1,12})(?:\.(\d{1,20}))?$/;

/**
 * Reads decimal dollars (`0.15`, `"0.150000"`) as micro-dollars. Nothing is rounded: more than six significant decimals,
 * NaN, infinities, negatives and amounts above {@link largestAmount} are refused.
 * @throws ProductionError `invalid_input`, naming `field`.
 */
export function parseUsd(amount: unknown, field = 'cost'): Usd {
  const micros = readMicros(amount, field);
  if (micros > largestAmount) throw refusal(field, amount, 'is above the largest amount, 1000000 dollars');
  return micros;
}

/**
 * Reads a cost as providers and floating point give it (0.00014229, `3 * 1.1`), rounded up to the whole micro-dollar: the one rule for every cost
 * that comes in. Noise of floating point below a thousandth of a micro-dollar is no cost: 0.1 + 0.2 is 0.30.
 * @throws ProductionError `invalid_input`, naming `field`, when it is no amount of dollars, negative, or above {@link largestAmount}.
 */
export function ceilToMicro(amount: unknown, field = 'cost'): Usd {
  if (typeof amount === 'number' && amount > 0) {
    // A number of at most thirteen digits has no other decimals than these (a double holds fifteen).
    const whole = Math.round(amount * 1_000_000);
    if (whole <= largestAmount && whole / 1_000_000 === amount) return whole as Usd;
  }
  const match = /^(\d{1,12})(?:\.(\d{1,400}))?$/.exec(withoutExponent(amount));
  if (!match) throw refusal(field, amount, 'is not an amount of dollars such as 0.15 or "0.150000"');
  const fraction = (match[2] ?? '').padEnd(9, '0');
  const whole = Number(match[1]) * 1_000_000 + Number(fraction.slice(0, 6));
  const finer = fraction.slice(6);
  const isNoise = whole > 0 && finer.startsWith('000');
  const micros = /[1-9]/.test(finer) && !isNoise ? whole + 1 : whole;
  if (micros > largestAmount) throw refusal(field, amount, 'is above the largest amount, 1000000 dollars');
  return micros as Usd;
}

/** `1e-7` and `1.5E-7` as decimals, as numbers under a micro-dollar print. */
function withoutExponent(amount: unknown): string {
  const text = typeof amount === 'string' ? amount : plainNumber(amount);
  const match = /^(\d)(?:\.(\d+))?e-(\d{1,3})$/i.exec(text);
  if (!match) return text;
  return `0.${'0'.repeat(Number(match[3]) - 1)}${match[1]}${match[2] ?? ''}`;
}

function plainNumber(amount: unknown): string {
  return typeof amount === 'number' && Number.isFinite(amount) && !Object.is(amount, -0)
    ? String(amount)
    : '';
}

/** The micro-dollars of a sum as {@link toDollars} gave it. A sum may be above the largest single amount. */
export function fromDollars(sum: number, field = 'total'): Usd {
  return readMicros(sum, field);
}

function readMicros(amount: unknown, field: string): Usd {
  const match = decimal.exec(plainDecimal(amount));
  if (!match) throw refusal(field, amount, 'is not an amount of dollars such as 0.15 or "0.150000"');
  const fraction = (match[2] ?? '').replace(/(?<!0)0+$/, '');
  if (fraction.length > 6)
    throw refusal(field, amount, 'is finer than a micro-dollar; round it yourself and pass a decimal string');
  return (Number(match[1]) * 1_000_000 + Number(fraction.padEnd(6, '0'))) as Usd;
}

function plainDecimal(amount: unknown): string {
  if (typeof amount === 'string') return amount;
  if (typeof amount !== 'number' || !Number.isFinite(amount) || Object.is(amount, -0)) return '';
  const text = String(amount);
  // Numbers under 1e-6 print with an exponent: they are finer than a micro-dollar in any case.
  return text.includes('e-') ? `0.${'0'.repeat(18)}1` : text;
}

function refusal(field: string, amount: unknown, why: string): ProductionError {
  const shown =
    typeof amount === 'string' ? JSON.stringify(amount.slice(0, 40)) : String(amount).slice(0, 40);
  return new ProductionError('invalid_input', `${field}: ${shown} ${why}.`, { field });
}

/** Decimal dollars for JSON and for people's eyes: `1050000` gives `1.05`. */
export function toDollars(amount: Usd): number {
  return amount / 1_000_000;
}

/** `$1.05`; at least two decimals, more only where they are not zero. */
export function formatUsd(amount: Usd): string {
  const sign = amount < 0 ? '-' : '';
  const whole = Math.floor(Math.abs(amount) / 1_000_000);
  const fraction = String(Math.abs(amount) % 1_000_000)
    .padStart(6, '0')
    .replace(/0{1,4}$/, '');
  return `${sign}$${whole}.${fraction}`;
}

export function addUsd(a: Usd, b: Usd): Usd {
  return (a + b) as Usd;
}

export function subtractUsd(a: Usd, b: Usd): Usd {
  return (a - b) as Usd;
}
