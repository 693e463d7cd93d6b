import Table from 'cli-table3';
import colors from 'picocolors';
import { escapeForTerminal } from '../../machines/escape.js';
import type { Estimate } from '../shapes/estimate.js';
import type { PersistedEpisode } from '../../machines/index.js';
import type { Need } from '../shapes/need.js';
import type { EpisodeState } from '../shapes/seed.js';
import type { Wait } from '../shapes/wait.js';
import type { Warning } from '../shapes/warning.js';

/** A table without heavy lines. */
export function table(head: string[], rows: string[][]): string {
  const plain = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  };
  const made = new Table({
    head: head.map((cell) => colors.bold(cell)),
    chars: plain,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  made.push(...rows);
  return made.toString();
}

/** The same for any number of rows, of which only the last column may hold other than ASCII: cli-table3 0.6.5 takes time in the square of the rows. */
export function longTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title) => title.length);
  for (const row of rows)
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  const last = head.length - 1;
  const padded = (cells: readonly string[]): string[] =>
    cells.map((cell, column) => (column === last ? cell : cell.padEnd(widths[column] ?? 0)));
  return [padded(head).map((cell) => colors.bold(cell)), ...rows.map(padded)]
    .map((cells) => cells.join('  '))
    .join('\n');
}

/** `$1.05`: at least two decimals. */
export function dollars(amount: number): string {
  const digits = Number.isInteger(Number((amount * 100).toFixed(6))) ? 2 : 6;
  return `$${amount.toFixed(digits).replace(/(\.\d\d\d{0,4}?)0+$/, '$1')}`;
}

const marks: Record<string, string> = { complete: '●', active: '◐', pending: '○', skipped: '–', failed: '✗' };

/** One mark per phase: done, under way, to come, skipped, failed. */
export function phaseMarks({ phases }: EpisodeState): string {
  return Object.values(phases)
    .map(({ status }) => marks[status] ?? '?')
    .join('');
}

export function status(text: string): string {
  if (text === 'complete') return colors.green(text);
  if (text === 'failed') return colors.red(text);
  return text === 'archived' ? colors.dim(text) : colors.cyan(text);
}

const needNames: Record<Need['need'], string> = {
  approval: 'in review',
  paused: 'paused',
  question: 'asks',
  held_operation: 'held',
  missing_result: 'result missing',
  budget_stop: 'budget stop',
  daily_stop: 'day’s cap',
  failed: 'failed',
  idle: 'nobody at work',
  late: 'late',
};

/** What is waited for, in place of a status. */
export function waiting(need: Need['need']): string {
  return colors.yellow(needNames[need]);
}

/** What is waited for and which command answers it, one line each. */
export function needLines(needs: readonly Need[], before = ''): string[] {
  return needs.flatMap(({ text, next }) => [
    `${before}${escapeForTerminal(text)}`,
    ...next.map((command) => `  next: ${escapeForTerminal(command)}`),
  ]);
}

/** Of what was cancelled only a fork goes on. */
export function afterCancel({ context }: Pick<PersistedEpisode, 'context'>): string[] {
  const { failure, sessionId } = context;
  return failure?.code === 'cancelled' && !failure.retryable ? [`  next: showrunner fork ${sessionId}`] : [];
}

/** What only time brings. */
export function waitLines(wait: Wait | null, before = ''): string[] {
  return wait === null ? [] : [`${before}${wait.text}`];
}

/** What comes near its end, one line each. */
export function warningLines(warnings: readonly Warning[], before = ''): string[] {
  return warnings.map(({ text }) => colors.yellow(`${before}warning: ${text}`));
}

const mostEstimates = 3;

/** What is booked by an estimate, and the command that corrects it, one line each; of many the first few. */
export function estimateLines(estimates: readonly Estimate[], before = ''): string[] {
  const more = estimates.length - mostEstimates;
  return [
    ...estimates
      .slice(0, mostEstimates)
      .flatMap(({ text, next }) => [
        colors.yellow(`${before}estimated: ${escapeForTerminal(text)}`),
        ...next.map((command) => `  next: ${escapeForTerminal(command)}`),
      ]),
    ...(more > 0 ? [colors.yellow(`${before}estimated: ${more} more`)] : []),
  ];
}

/** One line of at most so many characters. */
export function shorten(text: string, longest: number): string {
  const line = escapeForTerminal(text.replaceAll(/\s+/g, ' '));
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}

/** One sentence on how an episode stands after a change. */
export function standing(state: EpisodeState, needs: readonly Need[] = []): string {
  const waits = needs[0] && needs[0].need !== 'failed' ? `, ${needNames[needs[0].need]}` : '';
  const phases = Object.entries(state.phases)
    .map(([name, phase]) => `${name} ${phase.status}`)
    .join(', ');
  return `${state.session_id}: ${status(state.status)}${waits} (${phases}), ${dollars(state.total_cost)} spent`;
}
