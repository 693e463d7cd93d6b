import * as z from 'zod';
import type { LandingRequest } from '../journal/index.js';

/** The chart of a writer: two that differ must not write one log. */
export const Chart = z.object({ version: z.int(), hash: z.string() });
export type Chart = z.infer<typeof Chart>;

export const Append = z.object({ position: z.int(), chart: Chart, ticket: z.string().optional() });
/** Beside the writer's chart; the commits themselves are in the message's bytes, as JSON of a {@link LandingRequest}. */
export const Land = z.object({ position: z.int(), chart: Chart });
const Totals = z.object({ spent: z.int(), reserved: z.int() });
const Gap = z.object({
  date: z.string(),
  cap: z.int(),
  asks: z.int(),
  countsReserved: z.boolean(),
  ...Totals.shape,
});
const Commit = z
  .object({
    session: z.string(),
    parts: z.array(z.string().regex(/^[^\n]*$/)),
    gaps: z.array(Gap),
  })
  .refine(({ parts, gaps }) => parts.length === gaps.length + 1);
export const Landing: z.ZodType<LandingRequest> = z.object({
  position: z.int(),
  crc: z.string().regex(/^[0-9a-f]{8}$/),
  at: z.string(),
  latest: z.string(),
  latestAfter: z.string(),
  days: z.record(z.string(), z.object({ from: Totals, to: Totals })),
  commits: z.array(Commit).min(1),
});
export const Read = z.object({ position: z.int(), most: z.int() });
export const Ticket = z.object({ ticket: z.string() });

/** What each answer of the log object says: where this object's part of the log ends, and whether another begins there. */
const State = z.object({ end: z.int(), sealed: z.boolean(), at: z.string() });

export const Appended = z.discriminatedUnion('outcome', [
  State.extend({ outcome: z.literal('landed'), position: z.int(), sha256: z.string() }),
  State.extend({ outcome: z.literal('elsewhere') }),
  State.extend({ outcome: z.literal('upgraded'), chart: Chart }),
]);
export type Appended = z.infer<typeof Appended>;

const Lines = z.array(z.object({ position: z.int(), end: z.int() }));

export const Landed = z.discriminatedUnion('outcome', [
  State.extend({ outcome: z.literal('landed'), lines: Lines, sha256: z.string() }),
  State.extend({ outcome: z.enum(['moved', 'turn']) }),
  State.extend({ outcome: z.literal('upgraded'), chart: Chart }),
]);
export type Landed = z.infer<typeof Landed>;

/** `changed`: what was asked for was put together anew meanwhile; ask again. */
export const ReadAnswer = State.extend({ changed: z.boolean() });
export type ReadAnswer = z.infer<typeof ReadAnswer>;

/** `place` is how many are before this ticket, −1 where it does not wait; `stale` says that the turn at the front has run out. */
export const Place = State.extend({ place: z.int(), stale: z.boolean() });
export type Place = z.infer<typeof Place>;
