import type { Notify } from '../manager/notify.js';
import type { Options } from './command.js';
import { UsageError } from './usage-error.js';

/** The command of `--notify` or SHOWRUNNER_NOTIFY: a program, or a JSON list of it and its arguments. No shell reads it. */
export function notifyOf({ notify }: Options): Notify | undefined {
  const text = typeof notify === 'string' ? notify : process.env['SHOWRUNNER_NOTIFY'];
  if (text === undefined || text === '') return undefined;
  if (!text.startsWith('[')) return [text];
  const words = wordsIn(text);
  const [command, ...rest] = words ?? [];
  if (command !== undefined) return [command, ...rest];
  throw new UsageError(
    `--notify: ${text} is no list of a command and its arguments; write a program, or ["./tell.mjs","--loud"]`,
  );
}

function wordsIn(text: string): string[] | undefined {
  try {
    const words = JSON.parse(text) as unknown;
    const isCommand = Array.isArray(words) && words.every((word) => typeof word === 'string' && word !== '');
    return isCommand ? (words as string[]) : undefined;
  } catch {
    return undefined;
  }
}
