import { Client, Pool, type ClientConfig, type PoolClient, type QueryResultRow } from 'pg';
import { ProductionError } from '../../machines/index.js';
import type { AppendAnswer, RemoteLog } from '../journal/index.js';

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
const channel = 'showrunner_log';

const table = `
  create table if not exists showrunner_log (
    production text not null,
    position bigint not null,
    ends bigint not null,
    key text not null,
    at timestamptz not null default clock_timestamp(),
    bytes bytea not null,
    primary key (production, position),
    unique (production, key)
  )`;

const lock = `hashtextextended('showrunner ' || $1, 0)`;
const endOf = `coalesce((select ends from showrunner_log where production = $1 order by position desc limit 1), 0)`;
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

interface Appended {
  position: string;
  bytes: Buffer;
}

/** A production's log in a table of Postgres: a row an append, and a place is taken once. */
export class PostgresLog implements RemoteLog {
  readonly name: string;
  readonly #production: string;
  readonly #config: ClientConfig;
  readonly #pool: Pool;
  /** One connection, on which appends go while it is this client's turn. */
  readonly #turns: Pool;
  readonly #stops = new Set<() => void>();
  #turn: PoolClient | undefined;
  #isMade = false;

  constructor({ url, production }: PostgresLogOptions) {
    const { host, pathname } = new URL(url);
    this.name = `production ${production} on Postgres at ${host}${pathname}`;
    this.#production = production;
    this.#config = {
      connectionString: url,
      connectionTimeoutMillis: patienceMs,
      keepAlive: true,
      options: '-c synchronous_commit=on -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5',
    };
    this.#pool = new Pool({ ...this.#config, max: 4, query_timeout: patienceMs });
    this.#turns = new Pool({ ...this.#config, max: 1 });
    // Whoever asks next hears of it.
    for (const pool of [this.#pool, this.#turns]) pool.on('error', () => {});
  }

  async append(position: number, bytes: Uint8Array, key: string): Promise<AppendAnswer> {
    const [row] = await this.#ask<{ landed: string; at: Date }>(insertAtEnd, [
      this.#production,
      position,
      key,
      Buffer.from(bytes),
    ]);
    const at = (row?.at ?? new Date()).toISOString();
    if (row?.landed === '1') return { landed: true, at };
    const [before] = await this.#ask<Appended>(known, [this.#production, key]);
    if (!before) return { landed: false, at };
    if (Number(before.position) !== position || !before.bytes.equals(bytes))
      throw new ProductionError('machine_broken', `${this.name}: one key was given to two appends.`);
    return { landed: true, at };
  }

  async read(position: number, most = 1 << 20): Promise<Uint8Array> {
    const rows = await this.#ask<Appended>(page, [this.#production, position, most]);
    return Buffer.concat(rows.map((row) => row.bytes.subarray(Math.max(0, position - Number(row.position)))));
  }

  async end(): Promise<{ end: number; at: string }> {
    const [row] = await this.#ask<{ end: string; at: Date }>(
      `select ${endOf} as end, clock_timestamp() as at`,
      [this.#production],
    );
    return { end: Number(row?.end ?? 0), at: (row?.at ?? new Date()).toISOString() };
  }

  follow(onChange: () => void): () => void {
    let client: Client | undefined;
    let again: NodeJS.Timeout | undefined;
    let isOver = false;
    const listen = (): void => {
      const own = new Client(this.#config);
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
      await this.#guard(async () => {
        await client.query(`set idle_session_timeout = ${idleTurnMs}`);
        await client.query(`select pg_advisory_lock(${lock})`, [this.#production]);
      });
    } catch (error) {
      client.release(true);
      throw error;
    }
    const lost = (): void => {};
    client.on('error', lost);
    this.#turn = client;
    return async () => {
      if (this.#turn === client) this.#turn = undefined;
      let isLost = true;
      try {
        await client.query(`select pg_advisory_unlock(${lock})`, [this.#production]);
        await client.query('reset idle_session_timeout');
        isLost = false;
      } finally {
        client.off('error', lost);
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

  async #ask<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    return this.#guard(async () => {
      if (!this.#isMade) await this.#make();
      const { rows } = await (this.#turn ?? this.#pool).query<Row>(text, values);
      return rows;
    });
  }

  /** Who may not make tables may use one that somebody else has made. */
  async #make(): Promise<void> {
    const found = await this.#pool.query<{ found: string | null }>(
      `select to_regclass('showrunner_log') as found`,
    );
    // Of two that make it at once one is refused, though it is there then.
    if (found.rows[0]?.found === null)
      await this.#pool.query(table).catch(() => this.#pool.query('select 1 from showrunner_log limit 0'));
    this.#isMade = true;
  }

  async #guard<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof ProductionError) throw cause;
      const { code, message } = cause as { code?: string; message?: string };
      throw new ProductionError(
        'journal_unavailable',
        `${this.name} does not answer (${[code, message].filter(Boolean).join(': ')}): see that it runs, that it can be reached from here, and that the user may read and write the table showrunner_log.`,
        { cause },
      );
    }
  }
}
