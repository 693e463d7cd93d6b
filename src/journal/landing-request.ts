import { encodeLines, noCrc } from './line.js';

/** What a day has seen, in micro-dollars. */
export interface DayTotals {
  spent: number;
  reserved: number;
}

/** Where a commit's text says what a day has seen. */
export interface DayGap {
  date: string;
  cap: number;
  /** What its writer saw. */
  spent: number;
  reserved: number;
  /** What must stay below the cap, added to what was spent (and reserved): then the decision would be the same. */
  asks: number;
  /** Whether it was decided by what is reserved, too. */
  countsReserved: boolean;
}

/** A commit that was decided by one session and by days' money alone. */
export interface MovableCommit {
  session: string;
  /** The commit's JSON; between each two parts the money of a day belongs, as {@link dayText} writes it. */
  parts: string[];
  gaps: DayGap[];
}

/** Commits of one writer, decided on top of each other, all of which land or none. */
export interface LandingRequest {
  /** Up to where their writer has read, and the checksum of the line before it. */
  position: number;
  crc: string;
  /** The earliest of their times, ISO-8601 UTC. */
  at: string;
  /** The latest day that the writer knew money to be booked on. */
  latest: string;
  /** The same, with these commits. */
  latestAfter: string;
  /** Every day in a gap, and every day that money is booked on: as the writer found it, and as it leaves it. */
  days: Record<string, { from: DayTotals; to: DayTotals }>;
  commits: MovableCommit[];
}

/** What a log remembers so that it can place commits that were decided before others came. All of it may be forgotten: then less is moved. */
export interface LandingMemory {
  /** The log's end that it speaks of. */
  end: number;
  /** Nothing that was decided before it can be moved. */
  barrier: number;
  /** Of the last line. */
  crc: string;
  at: string;
  latest: string;
  days: Record<string, DayTotals>;
  /** Where the last commit of a session ended, that which changed longest ago first. */
  changed: (readonly [session: string, end: number])[];
}

export interface Placed {
  bytes: Buffer;
  lines: { position: number; end: number }[];
  memory: LandingMemory;
}

const rememberedSessions = 300;
const rememberedDays = 8;
/** Clocks are set by the log's answers: what is older than so much waited too long on its way. */
const oldestMs = 5000;

export function dayText(date: string, { spent, reserved }: DayTotals, cap: number): string {
  return `{"date":"${date}","spent":${spent},"reserved":${reserved},"cap":${cap}}`;
}

/**
 * Places commits at the log's end, also where others came after what they were decided upon: unless those changed one of their sessions, or something
 * that concerns all, or a day so far that the decision could be another. Undefined: they have to be decided again. Pure.
 */
export function placeLanding(
  request: LandingRequest,
  end: number,
  remembered: LandingMemory | undefined,
): Placed | undefined {
  const isAtEnd = request.position === end;
  const memory = remembered?.end === end ? remembered : undefined;
  if (!isAtEnd && (!memory || !isMovable(request, memory))) return undefined;
  const days = isAtEnd ? { ...memory?.days } : (memory?.days ?? {});
  for (const [date, { from }] of isAtEnd ? Object.entries(request.days) : []) {
    const known = (days[date] ??= from);
    if (known.spent !== from.spent || known.reserved !== from.reserved) return undefined;
  }
  const texts: string[] = [];
  for (const commit of request.commits) {
    const text = isAtEnd ? textOf(commit, asSeen) : textOf(commit, (gap) => shifted(gap, request, days));
    if (text === undefined) return undefined;
    texts.push(text);
  }
  const crc = isAtEnd ? request.crc : (memory?.crc ?? noCrc);
  const { lines, bytes } = encodeLines(
    end,
    crc,
    texts.map((text) => ({ kind: 'commit', text })),
  );
  const last = lines.at(-1);
  if (!last) return undefined;
  const { changed, barrier } = withChanged(
    request.commits.map(({ session }, index) => [session, lines[index]?.end ?? last.end]),
    memory ?? { changed: [], barrier: end },
  );
  return {
    bytes,
    lines: lines.map((line) => ({ position: line.position, end: line.end })),
    memory: {
      end: last.end,
      barrier,
      crc: last.crc,
      at: later(memory?.at ?? '', request.at),
      latest: later(isAtEnd ? request.latest : (memory?.latest ?? ''), request.latestAfter),
      days: withBooked(days, request),
      changed,
    },
  };
}

function isMovable({ position, at, latest, days, commits }: LandingRequest, memory: LandingMemory): boolean {
  if (position < memory.barrier || position > memory.end) return false;
  if (Date.parse(memory.at) - Date.parse(at) > oldestMs) return false;
  const sessions = new Set(commits.map(({ session }) => session));
  if (memory.changed.some(([session, end]) => end > position && sessions.has(session))) return false;
  const dates = Object.keys(days);
  return dates.length === 0 || (latest === memory.latest && dates.every((date) => memory.days[date]));
}

function textOf(
  { parts, gaps }: MovableCommit,
  totals: (gap: DayGap) => DayTotals | undefined,
): string | undefined {
  let text = parts[0] ?? '';
  for (const [index, gap] of gaps.entries()) {
    const now = totals(gap);
    if (!now) return undefined;
    text += dayText(gap.date, now, gap.cap) + (parts[index + 1] ?? '');
  }
  return text;
}

function asSeen({ spent, reserved }: DayGap): DayTotals {
  return { spent, reserved };
}

/** What the day has seen by now; undefined where its cap is so near that the decision might be another. */
function shifted(
  gap: DayGap,
  request: LandingRequest,
  days: Readonly<Record<string, DayTotals>>,
): DayTotals | undefined {
  const now = days[gap.date];
  const from = request.days[gap.date]?.from;
  if (!now || !from) return undefined;
  const spent = gap.spent + now.spent - from.spent;
  const reserved = gap.reserved + now.reserved - from.reserved;
  return isQuiet({ ...gap, spent, reserved }) ? { spent, reserved } : undefined;
}

/**
 * Whether the day's cap is so far that every comparison with it comes out as it did for the writer. What is landed behind others never takes back what was spent, so that a day
 * that is far from its cap now was so then; and a reservation that was accepted then is accepted now.
 */
function isQuiet({ spent, reserved, asks, countsReserved, cap }: DayGap): boolean {
  return spent + asks + (countsReserved ? reserved : 0) < cap;
}

function withBooked(
  days: Readonly<Record<string, DayTotals>>,
  request: LandingRequest,
): Record<string, DayTotals> {
  const booked = { ...days };
  for (const [date, { from, to }] of Object.entries(request.days)) {
    const now = days[date] ?? from;
    booked[date] = {
      spent: now.spent + to.spent - from.spent,
      reserved: now.reserved + to.reserved - from.reserved,
    };
  }
  return Object.fromEntries(
    Object.entries(booked)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .slice(-rememberedDays),
  );
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}

/** A session that is forgotten could have changed at any time up to when it did. */
function withChanged(
  now: readonly (readonly [string, number])[],
  { changed, barrier }: Pick<LandingMemory, 'changed' | 'barrier'>,
): Pick<LandingMemory, 'changed' | 'barrier'> {
  const fresh = new Map(now);
  const all = [...changed.filter(([session]) => !fresh.has(session)), ...fresh];
  const forgotten = all.slice(0, Math.max(0, all.length - rememberedSessions));
  return {
    changed: all.slice(forgotten.length),
    barrier: forgotten.reduce((most, [, end]) => Math.max(most, end), barrier),
  };
}
