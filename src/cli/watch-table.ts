import colors from 'picocolors';
import { toDollars, type DayMoney } from '../../machines/index.js';
import { awaitsPerson } from '../shapes/awaits-person.js';
import type { BoardEpisode } from '../studio/index.js';
import { age } from './age.js';
import { dollars, shorten, table } from './format.js';

interface Screen {
  rows: number;
  columns: number;
  nowMs: number;
}

const wideTopic = 40;
const narrow = 100;

/** The board's lines, cut to the screen: who waits for a person first, then what is at work, then what has ended. */
export function watchTable(
  episodes: readonly BoardEpisode[],
  today: DayMoney,
  { rows, columns, nowMs }: Screen,
): string[] {
  const head = `${colors.bold('Showrunner')}  today ${dollars(toDollars(today.spent))}${today.reserved > 0 ? ` + ${dollars(toDollars(today.reserved))} reserved` : ''} of ${dollars(toDollars(today.cap))}   q leaves`;
  if (episodes.length === 0)
    return [head, '', 'No episodes yet. Begin one: showrunner produce --topic "…" --sources <folder>'];
  const sorted = episodes.toSorted((a, b) => rank(a) - rank(b) || (a.updatedAt < b.updatedAt ? 1 : -1));
  const room = Math.max(1, rows - 5);
  const shown = sorted.slice(0, room);
  const isNarrow = columns < narrow;
  const lines = table(
    ['no', 'state', 'phases', 'money', 'changed', isNarrow ? 'topic' : 'topic, and who is waited for'],
    shown.map((episode) => [
      String(episode.episodeNumber),
      stateText(episode),
      phaseText(episode),
      `${dollars(episode.spent)}${episode.reserved > 0 ? `+${dollars(episode.reserved)}` : ''} / ${dollars(episode.budget)}`,
      age(episode.updatedAt, nowMs),
      topicText(episode, isNarrow ? 20 : wideTopic),
    ]),
  ).split('\n');
  const hidden = sorted.length - shown.length;
  return [
    head,
    '',
    ...lines,
    ...(hidden > 0 ? [`… and ${hidden} more; showrunner list --all shows them`] : []),
  ];
}

function rank({ needs, status }: BoardEpisode): number {
  if (awaitsPerson(needs)) return 0;
  return status === 'complete' || status === 'archived' ? 2 : 1;
}

const marks: Record<string, string> = { complete: '●', active: '◐', pending: '○', skipped: '–', failed: '✗' };

function phaseText({ phases }: BoardEpisode): string {
  return Object.values(phases)
    .map(({ status }) => marks[status] ?? '?')
    .join('');
}

function stateText({ state, needs }: BoardEpisode): string {
  if (needs.length > 0) return colors.yellow(state);
  return state === 'complete' ? colors.green(state) : colors.cyan(state);
}

function topicText({ topic, needs, wait, warnings }: BoardEpisode, longest: number): string {
  const first = wait ?? needs[0] ?? warnings[0];
  return first
    ? `${shorten(topic, longest)} ${colors.yellow(`← ${shorten(first.text, longest)}`)}`
    : shorten(topic, longest);
}
