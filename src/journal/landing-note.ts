import * as z from 'zod';
import type { LandingMemory, LandingRequest, Placed } from './landing-request.js';

const Totals = z.object({ spent: z.int(), reserved: z.int() });

/** What a log that remembers nothing keeps beside commits that it has placed: all that it takes to place others behind them. */
export const LandingNote = z.object({
  /** Of their last line. */
  crc: z.string(),
  at: z.string(),
  latestAfter: z.string(),
  sessions: z.array(z.string()),
  /** What they have added to each day. Micro-dollars. */
  days: z.record(z.string(), Totals),
});
export type LandingNote = z.infer<typeof LandingNote>;

export function landingNote(
  { at, latestAfter, commits, days }: LandingRequest,
  { memory }: Placed,
): LandingNote {
  return {
    crc: memory.crc,
    at,
    latestAfter,
    sessions: [...new Set(commits.map(({ session }) => session))],
    days: Object.fromEntries(
      Object.entries(days).map(([date, { from, to }]) => [
        date,
        { spent: to.spent - from.spent, reserved: to.reserved - from.reserved },
      ]),
    ),
  };
}

/**
 * What there is to know for a request once others came: what its writer had read, and what they have noted since. Undefined where one of them has noted nothing.
 */
export function rememberedSince(
  { position, crc, at, latest, days }: LandingRequest,
  since: readonly { ends: number; landing?: LandingNote | undefined }[],
): LandingMemory | undefined {
  const memory: LandingMemory = {
    end: position,
    barrier: position,
    crc,
    at,
    latest,
    days: Object.fromEntries(Object.entries(days).map(([date, { from }]) => [date, { ...from }])),
    changed: [],
  };
  for (const { ends, landing: note } of since) {
    if (!note) return undefined;
    memory.end = ends;
    memory.crc = note.crc;
    if (note.at > memory.at) memory.at = note.at;
    if (note.latestAfter > memory.latest) memory.latest = note.latestAfter;
    for (const [date, added] of Object.entries(note.days)) {
      const day = memory.days[date];
      if (!day) continue;
      day.spent += added.spent;
      day.reserved += added.reserved;
    }
    memory.changed.push(...note.sessions.map((session) => [session, ends] as const));
  }
  return memory;
}
