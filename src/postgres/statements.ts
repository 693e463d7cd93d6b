export const channel = 'showrunner_log';
/** Who is further behind reads on first. */
export const mostBetween = 64;

export const lock = `hashtextextended('showrunner ' || $1, 0)`;
export const endOf = `coalesce((select ends from showrunner_log where production = $1 order by position desc limit 1), 0)`;

export const table = `
  create table if not exists showrunner_log (
    production text not null,
    position bigint not null,
    ends bigint not null,
    key text not null,
    at timestamptz not null default clock_timestamp(),
    bytes bytea not null,
    landing text,
    primary key (production, position),
    unique (production, key)
  )`;
export const look = `
  select to_regclass('showrunner_log') as found, exists(
    select from pg_attribute
    where attrelid = to_regclass('showrunner_log') and attname = 'landing' and not attisdropped) as notes`;
/** A table that was made before commits were landed. */
export const withNotes = 'alter table showrunner_log add column if not exists landing text';

// A lock that had to be waited for makes the look at the end an old one: then the place is taken, and the primary key refuses it.
export const insertAtEnd = `
  with turn as materialized (select pg_advisory_xact_lock_shared(${lock})),
  landed as (
    insert into showrunner_log (production, position, ends, key, bytes)
    select $1, $2::bigint, $2::bigint + octet_length($4::bytea), $3, $4::bytea from turn where ${endOf} = $2::bigint
    on conflict do nothing returning pg_notify('${channel}', production))
  select (select count(*) from landed) as landed, clock_timestamp() as at`;
export const known = `select position, bytes from showrunner_log where production = $1 and key = $2`;
export const page = `
  select position, bytes from showrunner_log
  where production = $1
    and position >= coalesce(
      (select max(position) from showrunner_log where production = $1 and position <= $2::bigint), 0)
    and position < $2::bigint + $3::bigint
    and (position <= $2::bigint or ends <= $2::bigint + $3::bigint)
  order by position`;

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
/** What has landed under a key, with its note: to be compared with what is sent again. */
export const landedUnder = `select position, bytes, landing from showrunner_log where production = $1 and key = $2`;
