import * as z from 'zod';
import { LandingNote, type LandingAnswer } from '../journal/index.js';

export const channel = 'showrunner_log';
/** Who is further behind reads on first. */
export const mostBetween = 64;

export const lock = `hashtextextended('showrunner ' || $1, 0)`;
export const endOf = `coalesce((select ends from showrunner_log where production = $1 order by position desc limit 1), 0)`;
/** What is in a row: a server that is no Postgres, or has another table of that name, answers anything. */
export const Place = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);
// While somebody has a turn, or waits for one, the lock is not free.
export const landAtEnd = `
  with turn as materialized (select pg_try_advisory_xact_lock_shared(${lock}) as free),
  landed as (
    insert into showrunner_log (production, position, ends, key, bytes, landing)
    select $1, $2::bigint, $2::bigint + octet_length($4::bytea), $3, $4::bytea, $5 from turn
    where free and ${endOf} = $2::bigint
    on conflict do nothing returning pg_notify('${channel}', production))
  select (select count(*) from landed) as landed, clock_timestamp() as at from turn`;
/** Rows from a place on; one too many is one that is too far behind. */
export const since = `
  select position, ends, key, bytes, landing from showrunner_log
  where production = $1 and position >= $2::bigint order by position limit ${mostBetween + 1}`;
export const landHere = `
  insert into showrunner_log (production, position, ends, key, bytes, landing)
  values ($1, $2::bigint, $2::bigint + octet_length($4::bytea), $3, $4::bytea, $5)
  returning pg_notify('${channel}', production), clock_timestamp() as at`;

/** What somebody has appended, and what it takes to land behind it. */
export const Since = z.object({
  position: Place,
  ends: Place,
  key: z.string(),
  bytes: z.instanceof(Buffer),
  landing: z
    .string()
    .nullable()
    .transform((text) => (text === null ? undefined : noteIn(text))),
});
export type Since = z.infer<typeof Since>;

/** Who cannot read what is noted there takes it for nothing: then it is decided again. */
function noteIn(text: string): LandingNote | undefined {
  try {
    return LandingNote.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export function linesOf({ position, bytes }: { position: number; bytes: Buffer }): LandingAnswer['lines'] {
  const lines: LandingAnswer['lines'] = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf('\n', from) + 1 || bytes.length;
    lines.push({ position: position + from, end: position + end });
    from = end;
  }
  return lines;
}
