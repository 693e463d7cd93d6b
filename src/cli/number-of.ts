import { UsageError } from './usage-error.js';

interface Range {
  least: number;
  most?: number;
}

const plainNumber = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** A number that a person has typed; NaN where it is none, as an empty text is. */
export function typedNumber(text: string): number {
  return plainNumber.test(text.trim()) ? Number(text) : Number.NaN;
}

/** The same, refused where it is none. */
export function numberOf(text: string, name: string): number {
  const number = typedNumber(text);
  if (Number.isFinite(number)) return number;
  throw new UsageError(`${name}: ${JSON.stringify(text)} is not a number`);
}

/** The same where only a whole one has a meaning. */
export function wholeNumberOf(
  text: string,
  name: string,
  { least, most = Number.MAX_SAFE_INTEGER }: Range,
): number {
  const number = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  throw new UsageError(`${name}: ${JSON.stringify(text)} is not a whole number ${range}`);
}
