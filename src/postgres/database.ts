import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import * as z from 'zod';
import { Pool, type ClientConfig, type PoolClient, type QueryConfig } from 'pg';
import { ProductionError } from '../../machines/index.js';
import { hasSecret, readAddress, type SecretAddress } from '../disk/index.js';
import { GuardedClient } from './guarded-client.js';
import { look, table, withNotes } from './statements.js';

export interface PostgresLogOptions {
  /** `postgres://user:password@host:5432/database`. Not through a pooler of transactions: turns are locks of a session. */
  url: string;
  /** Which production of those in the database; any name. */
  production: string;
}

/** How long a question may take before it is asked again, on another connection. */
const patienceMs = 10_000;
/** After whatever the address says: what is answered as landed is durable, and a connection that died is noticed. */
const settings =
  '-c synchronous_commit=on -c idle_in_transaction_session_timeout=15000 -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5';

const Found = z.object({ found: z.string().nullable(), notes: z.boolean() });

/** A database that has the table of logs, and what it answers: a server that is no Postgres, or has another table of that name, answers anything. */
export class Database {
  /** The log and where it is, without passwords. */
  readonly name: string;
  readonly production: string;
  readonly config: ClientConfig;
  readonly pool: Pool;
  /** Whether its table has a column for what it takes to land behind others; known when it is {@link ready}. */
  hasNotes = false;
  readonly #secrets: readonly string[];
  #isReady = false;

  constructor({ url, production }: PostgresLogOptions) {
    const { url: address, secrets } = placeOf(url);
    this.production = production;
    this.name = `production ${production} on Postgres at ${address.host}${address.pathname}`;
    this.#secrets = secrets;
    const theirs = address.searchParams.get('options');
    address.searchParams.delete('options');
    this.config = {
      // Of options in an address pg (8.23) takes those alone.
      connectionString: theirs === null ? url : address.href,
      connectionTimeoutMillis: patienceMs,
      keepAlive: true,
      options: theirs === null ? settings : `${theirs} ${settings}`,
    };
    this.pool = this.openPool({ max: 4, query_timeout: patienceMs });
  }

  openPool(bounds: { max: number; query_timeout?: number }): Pool {
    const pool = new Pool({ ...this.config, Client: GuardedClient, ...bounds });
    // Whoever asks next hears of it.
    pool.on('error', () => {});
    return pool;
  }

  /** Asks on `by`, or on any connection. */
  async ask<Row>(
    form: z.ZodType<Row>,
    text: string,
    values: unknown[],
    by: Pool | PoolClient = this.pool,
  ): Promise<Row[]> {
    return this.guard(async () => {
      await this.ready();
      return this.rowsOf(form, await by.query(soon(text, values)));
    });
  }

  rowsOf<Row>(form: z.ZodType<Row>, { rows }: { rows: unknown[] }): Row[] {
    const read = z.array(form).safeParse(rows);
    if (!read.success) throw this.nonsense();
    return read.data;
  }

  /** Who may not make tables may use one that somebody else has made. */
  async ready(): Promise<void> {
    if (this.#isReady) return;
    const found = await this.#lookAtTable();
    // Of two that make or change it at once one is refused, though it is there then.
    if (found.found === null)
      await this.pool.query(table).catch(() => this.pool.query('select 1 from showrunner_log limit 0'));
    else if (!found.notes) await this.pool.query(withNotes).catch(() => {});
    this.hasNotes = found.notes || (await this.#lookAtTable()).notes;
    this.#isReady = true;
  }

  async #lookAtTable(): Promise<z.infer<typeof Found>> {
    const { rows } = await this.pool.query(look);
    const found = z.tuple([Found]).safeParse(rows);
    if (!found.success) throw this.nonsense();
    return found.data[0];
  }

  nonsense(): ProductionError {
    return new ProductionError(
      'journal_unavailable',
      `${this.name} answers what is no log of a production: see that it is Postgres, and that showrunner_log is a table of Showrunner's.`,
    );
  }

  /** A connection that was never made has no end that pg would tell of. */
  async close(turns: Pool): Promise<void> {
    const late = new AbortController();
    const ended = Promise.all([this.pool.end(), turns.end()]).finally(() => late.abort());
    await Promise.race([ended, wait(patienceMs / 5, undefined, { signal: late.signal }).catch(() => {})]);
  }

  async guard<Result>(work: () => Promise<Result>): Promise<Result> {
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

const names = new Map<string, string>();
function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `showrunner ${names.size}`;
  names.set(text, name);
  return name;
}

/** No answer within the patience is none: without it a question on a turn's connection would wait for ever. */
export function soon(text: string, values: unknown[] = []): QueryConfig {
  const asked = { text, values, query_timeout: patienceMs };
  // Planned once a connection: to plan it anew took a third of an append's time.
  return values.length === 0 ? asked : { ...asked, name: nameOf(text) };
}

/** @throws ProductionError `invalid_input`. */
function placeOf(url: string): SecretAddress {
  const place = readAddress(url);
  const port = place?.url.searchParams.get('port') ?? '5432';
  if (place && /^\d{1,5}$/.test(port)) return place;
  throw new ProductionError(
    'invalid_input',
    'url: is no address of the form postgres://user:password@host:5432/database; signs such as # and / in a password are written as %23 and %2F.',
    { field: 'url' },
  );
}
