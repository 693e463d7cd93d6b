import * as z from 'zod';
import type { Pool, PoolClient } from 'pg';
import { setTimeout as wait } from 'node:timers/promises';
import { ProductionError } from '../../machines/index.js';
import {
  placeLanding,
  type AppendAnswer,
  type LandingAnswer,
  type LandingRequest,
  type RemoteLog,
} from '../journal/index.js';
import { Database, soon, type PostgresLogOptions } from './database.js';
import { GuardedClient } from './guarded-client.js';
import { Lander } from './lander.js';
import { Place, gapIn } from './landings.js';
import { channel, endOf, insertAtEnd, known, lock, page } from './statements.js';

/** A holder of a turn that does nothing for so long has lost it. */
const idleTurnMs = 15_000;
/** Notices of a connection that has died in silence do not come. */
const pollMs = 5000;
const againMs = 500;

const Answer = z.object({ landed: z.enum(['0', '1']), at: z.date() });
const Appended = z.object({ position: Place, bytes: z.instanceof(Buffer) });
const End = z.object({ end: Place, at: z.date() });

/** A production's log in a table of Postgres: a row an append, and a place is taken once. */
export class PostgresLog implements RemoteLog {
  readonly name: string;
  readonly #production: string;
  readonly #database: Database;
  readonly #lander: Lander;
  /** One connection, on which appends go while it is this client's turn. */
  readonly #turns: Pool;
  readonly #stops = new Set<() => void>();
  #turn: PoolClient | undefined;

  constructor(options: PostgresLogOptions) {
    this.#database = new Database(options);
    this.#lander = new Lander(this.#database);
    this.#turns = this.#database.openPool({ max: 1 });
    this.#production = options.production;
    this.name = this.#database.name;
  }

  async append(position: number, bytes: Uint8Array, key: string): Promise<AppendAnswer> {
    const values = [this.#production, position, key, Buffer.from(bytes)];
    const [row] = await this.#ask(Answer, insertAtEnd, values);
    if (!row) throw this.#database.nonsense();
    const at = row.at.toISOString();
    if (row.landed === '1') return { landed: true, at };
    const [before] = await this.#ask(Appended, known, [this.#production, key]);
    if (!before) return { landed: false, at };
    if (before.position !== position || !before.bytes.equals(bytes))
      throw new ProductionError('machine_broken', `${this.name}: one key was given to two appends.`);
    return { landed: true, at };
  }

  async land(request: LandingRequest, key: string): Promise<LandingAnswer> {
    await this.#database.guard(() => this.#database.ready());
    return this.#database.hasNotes ? this.#lander.land(request, key) : this.#landByAppend(request, key);
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
    const gap = gapIn(rows, position);
    if (gap !== undefined)
      throw new ProductionError(
        'journal_damaged',
        `${this.name} lacks what it had at ${gap}: compare its table with a copy of the production.`,
      );
    return Buffer.concat(rows.map((row) => row.bytes.subarray(Math.max(0, position - row.position))));
  }

  async end(): Promise<{ end: number; at: string }> {
    const text = `select ${endOf} as end, clock_timestamp() as at`;
    const [row] = await this.#ask(End, text, [this.#production]);
    if (!row) throw this.#database.nonsense();
    return { end: row.end, at: row.at.toISOString() };
  }

  follow(onChange: () => void): () => void {
    let client: GuardedClient | undefined;
    let again: NodeJS.Timeout | undefined;
    let isOver = false;
    const listen = (): void => {
      const own = new GuardedClient(this.#database.config);
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
    const client = await this.#database.guard(() => this.#turns.connect());
    try {
      await this.#database.guard(() => this.#waitForTurn(client));
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
    await this.#database.close(this.#turns);
  }

  /** In one's own turn, on its connection. */
  #ask<Row>(form: z.ZodType<Row>, text: string, values: unknown[]): Promise<Row[]> {
    return this.#database.ask(form, text, values, this.#turn);
  }

  /** Others' turns may take as long as they like, while the server answers meanwhile. */
  async #waitForTurn(client: PoolClient): Promise<void> {
    await client.query(soon(`set idle_session_timeout = ${idleTurnMs}`));
    const over = new AbortController();
    const { signal } = over;
    const asking = (async (): Promise<void> => {
      while (!signal.aborted) {
        await wait(pollMs, undefined, { signal, ref: false }).catch(() => undefined);
        if (!signal.aborted) await this.#database.pool.query('select 1');
      }
    })();
    asking.catch(() => {});
    try {
      await Promise.race([client.query(`select pg_advisory_lock(${lock})`, [this.#production]), asking]);
    } finally {
      over.abort();
    }
  }
}
