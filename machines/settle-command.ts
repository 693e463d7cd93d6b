import type { Shortage } from './errors.js';
import { escapeForShell } from './escape.js';
import { formatUsd, type Usd } from './usd.js';

/** The command that says what a call did cost and gave, as it is typed; without the cost, for a call that is paid. */
export function settleCommand(sessionId: string, key: string, cost: '<dollars>' | '' = ''): string {
  const words = [keyWord(key), cost].filter((word) => word !== '').join(' ');
  // What follows `--` is no option any more.
  return key.startsWith('-')
    ? `showrunner settle ${sessionId} --result <json|file> ${words}`
    : `showrunner settle ${sessionId} ${words} --result <json|file>`;
}

/** The command that corrects what was booked for a call, as it is typed. */
export function correctCommand(sessionId: string, key: string): string {
  const words = `${keyWord(key)} <dollars>`;
  const why = '--reason "…"';
  return key.startsWith('-')
    ? `showrunner correct ${sessionId} ${why} ${words}`
    : `showrunner correct ${sessionId} ${words} ${why}`;
}

const centMicros = 10_000;

/** The command that gives a budget what it is short of, up to the next cent, as it is typed. */
export function raiseCommand(sessionId: string, scope: Shortage['scope'], short: Usd): string {
  const amount = formatUsd((Math.ceil(short / centMicros) * centMicros) as Usd).slice(1);
  return `showrunner budget ${sessionId} ${scope} +${amount} --reason "…"`;
}

/** The commands that answer a question, as they are typed. */
export function answerCommand(
  sessionId: string,
  key: string,
  choices: readonly string[] = ['<answer>'],
): string {
  const [first = '<answer>'] = choices;
  const words = [keyWord(key), first === '<answer>' ? first : answerWord(key, first)].join(' ');
  return `showrunner answer ${sessionId} ${words}`;
}

/** Behind a key that is preceded by `--` nothing is an option any more. */
function answerWord(key: string, answer: string): string {
  return key.startsWith('-') ? escapeForShell(answer) : keyWord(answer);
}

/** A key as a shell takes it, and no option of the command. */
export function keyWord(key: string): string {
  return `${key.startsWith('-') ? '-- ' : ''}${escapeForShell(key)}`;
}
