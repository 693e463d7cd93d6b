import { inspect } from 'node:util';
import * as z from 'zod';
import { Pool, type ClientConfig, type PoolClient, type QueryConfig, type QueryResultRow } from 'pg';
import { ProductionError } from '../../machines/index.js';
import { setTimeout as wait } from 'node:timers/promises';
import {
  landingNote,
  placeLanding,
  rememberedSince,
  type AppendAnswer,
  type LandingAnswer,
  type LandingRequest,
  type Placed,
  type RemoteLog,
} from '../journal/index.js';
import { hasSecret, readAddress, type SecretAddress } from '../disk/index.js';
import { GuardedClient } from './guarded-client.js';
import {
  Place,
  Since,
  channel,
  endOf,
  landAtEnd,
  landHere,
  linesOf,
  lock,
  mostBetween,
  since,
} from './landings.js';

export interface PostgresLogOptions {
  /** `postgres://user:password@host:5432/database`. Not through a pooler of transactions: turns are locks of a session. */
  url: string;
  /** Which production of those in the database; any name. */
  production: string;
}

/** How long a question may take before it is asked again, on another connection. */
const patienceMs = 10_000;
/** A holder of a turn that does nothing for so long has lost it. */
const idleTurnMs = 15_000;
/** Notices of a connection that has died in silence do not come. */
const pollMs = 5000;
const againMs = 500;
/** How long a landing waits for others' landings and turns. */
const lineMs = 500;

const table = `
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
const look = `
  select to_regclass('showrunner_log') as found, exists(
    select from pg_attribute
    where attrelid = to_regclass('showrunner_log') and attname = 'landing' and not attisdropped) as notes`;
/** A table that was made before commits were landed. */
const withNotes = 'alter table showrunner_log add column if not exists landing text';

// A lock that had to be waited for makes the look at the end an old one: then the place is taken, and the primary key refuses it.
const insertAtEnd = `
  with turn as materialized (select pg_advisory_xact_lock_shared(${lock})),
  landed as (
    insert into showrunner_log (production, position, ends, key, bytes)
    select $1, $2::bigint, $2::bigint + octet_length($4::bytea), $3, $4::bytea from turn where ${endOf} = $2::bigint
    on conflict do nothing returning pg_notify('${channel}', production))
  select (select count(*) from landed) as landed, clock_timestamp() as at`;
const known = `select position, bytes from showrunner_log where production = $1 and key = $2`;
const page = `
  select position, bytes from showrunner_log
  where production = $1
    and position >= coalesce(
      (select max(position) from showrunner_log where production = $1 and position <= $2::bigint), 0)
    and position < $2::bigint + $3::bigint
    and (position <= $2::bigint or ends <= $2::bigint + $3::bigint)
  order by position`;

const Answer = z.object({ landed: z.enum(['0', '1']), at: z.date() });
const Timed = z.object({ at: z.date() });
const Appended = z.object({ position: Place, bytes: z.instanceof(Buffer) });
const End = z.object({ end: Place, at: z.date() });
const Found = z.object({ found: z.string().nullable(), notes: z.boolean() });

/** A production's log in a table of Postgres: a row an append, and a place is taken once. */
export class PostgresLog implements RemoteLog {
  readonly name: string;
  readonly #production: string;
  readonly #config: ClientConfig;
  readonly #secrets: readonly string[];
  readonly #pool: Pool;
  /** One connection, on which appends go while it is this client's turn. */
  readonly #turns: Pool;
  readonly #stops = new Set<() => void>();
  #turn: PoolClient | undefined;
  #isMade = false;
  #hasNotes = false;
  /** Landings that were sent and not answered. */
  readonly #inDoubt = new Set<string>();

  constructor({ url, production }: PostgresLogOptions) {
    const {
      url: { host, pathname },
      secrets,
    } = placeOf(url);
    this.#secrets = secrets;
    this.name = `production ${production} on Postgres at ${host}${pathname}`;
    this.#production = production;
    this.#config = {
      connectionString: url,
      connectionTimeoutMillis: patienceMs,
      keepAlive: true,
      options:
        '-c synchronous_commit=on -c idle_in_transaction_session_timeout=15000 -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5',
    };
    this.#pool = new Pool({ ...this.#config, Client: GuardedClient, max: 4, query_timeout: patienceMs });
    this.#turns = new Pool({ ...this.#config, Client: GuardedClient, max: 1 });
    // Whoever asks next hears of it.
    for (const pool of [this.#pool, this.#turns]) pool.on('error', () => {});
  }

  async append(position: number, bytes: Uint8Array, key: string): Promise<AppendAnswer> {
    const values = [this.#production, position, key, Buffer.from(bytes)];
    const [row] = await this.#ask(Answer, insertAtEnd, values);
    if (!row) throw this.#nonsense();
    const at = row.at.toISOString();
    if (row.landed === '1') return { landed: true, at };
    const [before] = await this.#ask(Appended, known, [this.#production, key]);
    if (!before) return { landed: false, at };
    if (before.position !== position || !before.bytes.equals(bytes))
      throw new ProductionError('machine_broken', `${this.name}: one key was given to two appends.`);
    return { landed: true, at };
  }

  async land(request: LandingRequest, key: string): Promise<LandingAnswer> {
    if (!this.#hasNotes) return this.#landByAppend(request, key);
    const isInDoubt = this.#inDoubt.has(key);
    this.#inDoubt.add(key);
    const answer =
      (isInDoubt ? undefined : await this.#landAtOnce(request, key)) ??
      (await this.#landInLine(request, key, isInDoubt));
    this.#inDoubt.delete(key);
    return answer;
  }

  /** Undefined where others came first, or have a turn. */
  async #landAtOnce(request: LandingRequest, key: string): Promise<LandingAnswer | undefined> {
    const { position } = request;
    const placed = placeLanding(request, position, undefined);
    if (!placed) return undefined;
    const values = [this.#production, position, key, placed.bytes, noteOf(request, placed)];
    const [row] = await this.#ask(Answer, landAtEnd, values);
    if (!row) throw this.#nonsense();
    const { landed, at } = row;
    if (landed === '0') return undefined;
    return { outcome: 'landed', lines: placed.lines, bytes: placed.bytes, at: at.toISOString() };
  }

  /** Places the commits behind everything that has come, while nobody else appends. */
  #landInLine(request: LandingRequest, key: string, isInDoubt: boolean): Promise<LandingAnswer> {
    return this.#guard(async () => {
      const client = await this.#pool.connect();
      let isOver = false;
      try {
        const answer = await this.#landWith(client, request, key, isInDoubt).catch(
          async (error: unknown): Promise<LandingAnswer> => {
            // Of what is in doubt nothing can be said before everything that was sent has been heard of.
            if (!isLockTimeout(error) || isInDoubt) throw error;
            return { outcome: 'turn', lines: [], at: await this.#giveUp(client) };
          },
        );
        isOver = true;
        return answer;
      } finally {
        client.release(!isOver);
      }
    });
  }

  async #landWith(
    client: PoolClient,
    request: LandingRequest,
    key: string,
    isInDoubt: boolean,
  ): Promise<LandingAnswer> {
    const production = this.#production;
    const ask = async <Row>(form: z.ZodType<Row>, text: string, values: unknown[]): Promise<Row[]> =>
      this.#rowsOf(form, await client.query<QueryResultRow>(soon(text, values)));
    await client.query(soon(`begin; set local lock_timeout = ${lineMs}`));
    await client.query(soon(`select pg_advisory_xact_lock(${lock})`, [production]));
    const found = await ask(Since, since, [production, request.position]);
    const before =
      found.find((row) => row.key === key) ??
      (isInDoubt ? (await ask(Appended, known, [production, key]))[0] : undefined);
    const end = found.at(-1)?.ends ?? request.position;
    const isFarBehind = found.length > mostBetween;
    const placed =
      before || isFarBehind ? undefined : placeLanding(request, end, rememberedSince(request, found));
    if (!placed) {
      const at = await this.#giveUp(client);
      return before ? { outcome: 'landed', lines: linesOf(before), at } : { outcome: 'moved', lines: [], at };
    }
    const values = [production, end, key, placed.bytes, noteOf(request, placed)];
    const [row] = await ask(Timed, landHere, values);
    await client.query(soon('commit'));
    if (!row) throw this.#nonsense();
    const bytes = Buffer.concat([...found.map((each) => each.bytes), placed.bytes]);
    return { outcome: 'landed', lines: placed.lines, bytes, at: row.at.toISOString() };
  }

  /** Gives the log's own time. */
  async #giveUp(client: PoolClient): Promise<string> {
    await client.query(soon('rollback'));
    const [row] = this.#rowsOf(Timed, await client.query(soon('select clock_timestamp() as at')));
    if (!row) throw this.#nonsense();
    return row.at.toISOString();
  }

  /** Whoever may not change a table that was made before lands nothing behind others. */
  async #landByAppend(request: LandingRequest, key: string): Promise<LandingAnswer> {
    const placed = placeLanding(request, request.position, undefined);
    const { landed = false, at = '' } = placed ? await this.append(request.position, placed.bytes, key) : {};
    return landed && placed
      ? { outcome: 'landed', lines: placed.lines, bytes: placed.bytes, at }
      : { outcome: 'moved', lines: [], at };
  }

  async read(position: number, most = 1 << 20): Promise<Uint8Array> {
    const rows = await this.#ask(Appended, page, [this.#production, position, most]);
    return Buffer.concat(rows.map((row) => row.bytes.subarray(Math.max(0, position - row.position))));
  }

  async end(): Promise<{ end: number; at: string }> {
    const text = `select ${endOf} as end, clock_timestamp() as at`;
    const [row] = await this.#ask(End, text, [this.#production]);
    if (!row) throw this.#nonsense();
    return { end: row.end, at: row.at.toISOString() };
  }

  follow(onChange: () => void): () => void {
    let client: GuardedClient | undefined;
    let again: NodeJS.Timeout | undefined;
    let isOver = false;
    const listen = (): void => {
      const own = new GuardedClient(this.#config);
      client = own;
      const lost = (): void => {
        if (isOver || client !== own) return;
        client = undefined;
        own.end().catch(() => {});
        again = setTimeout(listen, againMs);
        again.unref();
      };
      own.on('error', lost);
      own.on('end', lost);
      own.on('notification', ({ payload }) => {
        if (payload === this.#production) onChange();
      });
      const begin = async (): Promise<void> => {
        await own.connect();
        await own.query(`listen ${channel}`);
        // What was appended before it listened.
        onChange();
      };
      begin().catch(lost);
    };
    listen();
    const poll = setInterval(onChange, pollMs);
    poll.unref();
    const stop = (): void => {
      isOver = true;
      clearTimeout(again);
      clearInterval(poll);
      client?.end().catch(() => {});
      this.#stops.delete(stop);
    };
    this.#stops.add(stop);
    return stop;
  }

  /** A lock of a session: Postgres gives it in the order of asking, and takes it from a session that has ended, or does nothing amid its turn. */
  async turn(): Promise<() => Promise<void>> {
    const client = await this.#guard(() => this.#turns.connect());
    try {
      await this.#guard(() => this.#waitForTurn(client));
    } catch (error) {
      client.release(true);
      throw error;
    }
    this.#turn = client;
    return async () => {
      if (this.#turn === client) this.#turn = undefined;
      let isLost = true;
      try {
        await client.query(soon(`select pg_advisory_unlock(${lock})`, [this.#production]));
        await client.query(soon('reset idle_session_timeout'));
        isLost = false;
      } finally {
        client.release(isLost);
      }
    };
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#turn?.release(true);
    this.#turn = undefined;
    await Promise.all([this.#pool.end(), this.#turns.end()]);
  }

  async #ask<Row>(form: z.ZodType<Row>, text: string, values: unknown[]): Promise<Row[]> {
    return this.#guard(async () => {
      if (!this.#isMade) await this.#make();
      return this.#rowsOf(form, await (this.#turn ?? this.#pool).query(soon(text, values)));
    });
  }

  #rowsOf<Row>(form: z.ZodType<Row>, { rows }: { rows: unknown[] }): Row[] {
    const read = z.array(form).safeParse(rows);
    if (!read.success) throw this.#nonsense();
    return read.data;
  }

  /** Others' turns may take as long as they like, while the server answers meanwhile. */
  async #waitForTurn(client: PoolClient): Promise<void> {
    await client.query(soon(`set idle_session_timeout = ${idleTurnMs}`));
    const over = new AbortController();
    const { signal } = over;
    const asking = (async (): Promise<void> => {
      while (!signal.aborted) {
        await wait(pollMs, undefined, { signal, ref: false }).catch(() => undefined);
        if (!signal.aborted) await this.#pool.query('select 1');
      }
    })();
    asking.catch(() => {});
    try {
      await Promise.race([client.query(`select pg_advisory_lock(${lock})`, [this.#production]), asking]);
    } finally {
      over.abort();
    }
  }

  #nonsense(): ProductionError {
    return new ProductionError(
      'journal_unavailable',
      `${this.name} answers what is no log of a production: see that it is Postgres, and that showrunner_log is a table of Showrunner's.`,
    );
  }

  /** Who may not make tables may use one that somebody else has made. */
  async #make(): Promise<void> {
    const found = await this.#lookAtTable();
    // Of two that make or change it at once one is refused, though it is there then.
    if (found.found === null)
      await this.#pool.query(table).catch(() => this.#pool.query('select 1 from showrunner_log limit 0'));
    else if (!found.notes) await this.#pool.query(withNotes).catch(() => {});
    this.#hasNotes = found.notes || (await this.#lookAtTable()).notes;
    this.#isMade = true;
  }

  async #lookAtTable(): Promise<z.infer<typeof Found>> {
    const { rows } = await this.#pool.query(look);
    const found = z.tuple([Found]).safeParse(rows);
    if (!found.success) throw this.#nonsense();
    return found.data[0];
  }

  async #guard<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof ProductionError) throw cause;
      const { code, message } = cause as { code?: string; message?: string };
      // A server may repeat what it was told, anywhere in its error.
      const isClean = !hasSecret(inspect(cause), this.#secrets);
      const said = [code, isClean ? message : 'its words are left out, since the password is in them'];
      throw new ProductionError(
        'journal_unavailable',
        `${this.name} does not answer (${said.filter(Boolean).join(': ')}): see that it runs, that it can be reached from here, and that the user may read and write the table showrunner_log.`,
        isClean ? { cause } : {},
      );
    }
  }
}

function isLockTimeout(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '55P03';
}

function noteOf(request: LandingRequest, placed: Placed): string {
  return JSON.stringify(landingNote(request, placed));
}

const names = new Map<string, string>();
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `showrunner ${names.size}`;
  names.set(text, name);
  return name;
}

/** No answer within the patience is none: without it a question on a turn's connection would wait for ever. */
function soon(text: string, values: unknown[] = []): QueryConfig {
  const asked = { text, values, query_timeout: patienceMs };
  // Planned once a connection: to plan it anew took a third of an append's time.
  return values.length === 0 ? asked : { ...asked, name: nameOf(text) };
}

/** @throws ProductionError `invalid_input`. */
function placeOf(url: string): SecretAddress {
  const place = readAddress(url);
  if (place) return place;
  throw new ProductionError(
    'invalid_input',
    'url: is no address of the form postgres://user:password@host:5432/database; signs such as # and / in a password are written as %23 and %2F.',
    { field: 'url' },
  );
}
