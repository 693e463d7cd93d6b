import { minutesRange, usualMinutes } from '../crew/own-ranges.js';
import type { Options } from './command.js';
import { typedNumber } from './number-of.js';
import { UsageError } from './usage-error.js';

/** The length that `--minutes` asks for, as our own crews can make it. */
export function minutesOf({ minutes: given }: Options): number {
  const minutes = given === undefined ? usualMinutes : typedNumber(String(given));
  const { least, most } = minutesRange;
  if (minutes >= least && minutes <= most) return minutes;
  throw new UsageError(`--minutes: ${String(given)} is not a number from ${least} to ${most}`);
}
