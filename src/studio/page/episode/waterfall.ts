/** A call's time, in milliseconds of the clock. */
export interface Span {
  from: number;
  to: number;
}

/** Where on the axis a moment lies, from 0 to 1; and the waits that were left out of it. */
export interface Axis {
  place: (ms: number) => number;
  gaps: { at: number; ms: number }[];
}

/** A wait longer than this share of all the time in which something was called is only hinted at. */
const longestGap = 0.15;
/** How wide a wait is drawn that is only hinted at. */
const gapWidth = 0.04;
/** All of them together, at most. */
const mostForGaps = 0.4;

/** An axis on which calls can be told apart, also where hours or days lie between them. */
export function axisOf(spans: readonly Span[]): Axis {
  const busy = merged(spans);
  const first = busy[0];
  if (!first) return { place: () => 0, gaps: [] };
  const total = busy.reduce((sum, { from, to }) => sum + to - from, 0);
  // Calls that took no time stand side by side.
  const threshold = total * longestGap;
  const waits = busy.slice(1).map(({ from }, index) => from - (busy[index]?.to ?? from));
  const long = waits.filter((wait) => wait > threshold).length;
  const drawn = total + waits.reduce((sum, wait) => sum + (wait > threshold ? 0 : wait), 0);
  const share = drawn === 0 ? 1 / Math.max(1, long) : Math.min(gapWidth, mostForGaps / Math.max(1, long));
  const scale = drawn === 0 ? 0 : (1 - share * long) / drawn;
  const pieces: { from: number; to: number; at: number; rate: number }[] = [];
  const gaps: Axis['gaps'] = [];
  let at = 0;
  busy.forEach(({ from, to }, index) => {
    const wait = waits[index - 1];
    if (wait !== undefined) {
      const isLong = wait > threshold;
      const width = isLong ? share : wait * scale;
      pieces.push({ from: from - wait, to: from, at, rate: wait === 0 ? 0 : width / wait });
      if (isLong) gaps.push({ at: at + width / 2, ms: wait });
      at += width;
    }
    pieces.push({ from, to, at, rate: scale });
    at += (to - from) * scale;
  });
  return {
    place(ms) {
      const piece = pieces.findLast(({ from }) => from <= ms) ?? pieces[0];
      if (!piece) return 0;
      return Math.min(1, Math.max(0, piece.at + (Math.min(ms, piece.to) - piece.from) * piece.rate));
    },
    gaps,
  };
}

function merged(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else all.push({ from, to });
  }
  return all;
}

/** The times of calls as they are drawn: one that is open has no end yet, and is drawn as long as the longest that has. */
export function spansOf(
  calls: readonly { startedAt: string; durationMs: number | null; status: string }[],
): Span[] {
  const longest = Math.max(1_000, ...calls.map(({ durationMs }) => durationMs ?? 0));
  return calls.map(({ startedAt, durationMs, status }) => {
    const from = Date.parse(startedAt);
    const isOpen = durationMs === null && (status === 'reserved' || status === 'held');
    return { from, to: from + (isOpen ? longest : (durationMs ?? 0)) };
  });
}
