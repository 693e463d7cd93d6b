import { dayText, type DayGap, type MovableCommit } from '../journal/index.js';
import { moneyMove, type RecordedEvent } from '../../machines/index.js';
import type { DecidedStep } from '../record/step.js';

/** What is decided by its own session alone. */
const byItsSession: ReadonlySet<RecordedEvent['type']> = new Set([
  'phase.complete',
  'phase.pause',
  'phase.resume',
  'phase.sleep',
  'result.recorded',
  'operation.held',
  'operation.retry',
  'checkpoint.save',
  'quality.recorded',
  'rules.changed',
  'lease.claim',
  'lease.renew',
  'lease.release',
]);

/** What is decided by its session and by how far the day's cap is, and whether what is reserved counts. */
const byTheDay: ReadonlyMap<RecordedEvent['type'], boolean> = new Map([
  ['phase.start', false],
  ['cost.recorded', false],
  ['cost.reserve', true],
  ['operation.settled', false],
  ['operation.released', false],
]);

/**
 * The commit as a log may place it behind others that it was decided without; undefined where it depends on more than its session and a day's money.
 */
export function movable(text: string, steps: readonly DecidedStep[]): MovableCommit | undefined {
  const [first] = steps;
  if (!first || steps.some(({ sessionId }) => sessionId !== first.sessionId)) return undefined;
  const gaps: DayGap[] = [];
  for (const step of steps) {
    if (byItsSession.has(step.event.type)) continue;
    const gap = gapOf(step);
    if (!gap) return undefined;
    gaps.push(gap);
  }
  const parts = split(text, gaps);
  return parts && { session: first.sessionId, parts, gaps };
}

function gapOf({ event, before }: DecidedStep): DayGap | undefined {
  const countsReserved = byTheDay.get(event.type);
  if (countsReserved === undefined || !before || !('day' in event) || !event.day) return undefined;
  const move = moneyMove(before.context, event);
  const asks = Math.max(0, move?.spent ?? 0) + Math.max(0, move?.reserved ?? 0);
  return { ...event.day, asks, countsReserved };
}

/** The text without the days' money; undefined where it cannot be told for certain which that is. */
function split(text: string, gaps: readonly DayGap[]): string[] | undefined {
  const parts: string[] = [];
  let from = 0;
  for (const gap of gaps) {
    const said = `"day":${dayText(gap.date, gap, gap.cap)}`;
    const at = text.indexOf(said, from);
    if (at === -1) return undefined;
    parts.push(text.slice(from, at + '"day":'.length));
    from = at + said.length;
  }
  parts.push(text.slice(from));
  const isOther = parts.some((part) =>
    gaps.some((gap) => part.includes(`"day":${dayText(gap.date, gap, gap.cap)}`)),
  );
  return isOther ? undefined : parts;
}
