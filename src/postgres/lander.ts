import * as z from 'zod';
import type { PoolClient, QueryResultRow } from 'pg';
import { ProductionError } from '../../machines/index.js';
import { placeLanding, rememberedSince, type LandingAnswer, type LandingRequest } from '../journal/index.js';
import { soon, type Database } from './database.js';
import { Landed, Since, canFollow, isSame, linesOf, noteOf } from './landings.js';
import { landAtEnd, landHere, landedUnder, lock, mostBetween, since } from './statements.js';

/** How long a landing waits for others' landings and turns. */
const lineMs = 500;
/** A journal lands one thing at a time, and gives up what it has sent in vain for a while: nobody sends again what is older than these. */
const mostInDoubt = 100;

/** Postgres' own codes. */
const [lockTimeout, keyTaken] = ['55P03', '23505'];

const Answer = z.object({ landed: z.enum(['0', '1']), at: z.date() });
const Timed = z.object({ at: z.date() });

/** Lands commits in the table, at its end or behind what others have landed. */
export class Lander {
  readonly #database: Database;
  /** Landings that were sent and not answered. One that is forgotten lands once all the same, by its key. */
  readonly #inDoubt = new Set<string>();

  constructor(database: Database) {
    this.#database = database;
  }

  async land(request: LandingRequest, key: string): Promise<LandingAnswer> {
    const isInDoubt = this.#inDoubt.has(key);
    this.#doubt(key);
    const answer =
      (isInDoubt ? undefined : await this.#landAtOnce(request, key)) ??
      (await this.#landInLine(request, key, isInDoubt));
    this.#inDoubt.delete(key);
    return answer;
  }

  #doubt(key: string): void {
    this.#inDoubt.add(key);
    const [oldest = key] = this.#inDoubt;
    if (this.#inDoubt.size > mostInDoubt) this.#inDoubt.delete(oldest);
  }

  /** Undefined where others came first, or have a turn. */
  async #landAtOnce(request: LandingRequest, key: string): Promise<LandingAnswer | undefined> {
    const { position } = request;
    const placed = placeLanding(request, position, undefined);
    if (!placed) return undefined;
    const values = [this.#database.production, position, key, placed.bytes, noteOf(request, placed)];
    const [row] = await this.#database.ask(Answer, landAtEnd, values);
    if (!row) throw this.#database.nonsense();
    const { landed, at } = row;
    if (landed === '0') return undefined;
    return { outcome: 'landed', lines: placed.lines, bytes: placed.bytes, at: at.toISOString() };
  }

  /** Places the commits behind everything that has come, while nobody else appends. */
  #landInLine(request: LandingRequest, key: string, isInDoubt: boolean): Promise<LandingAnswer> {
    return this.#database.guard(async () => {
      const client = await this.#database.pool.connect();
      let isOver = false;
      try {
        const answer = await this.#landWith(client, request, key, isInDoubt).catch(
          async (error: unknown): Promise<LandingAnswer> => {
            if (codeOf(error) === keyTaken) {
              await client.query(soon('rollback'));
              return this.#landWith(client, request, key, true);
            }
            // Of what is in doubt nothing can be said before everything that was sent has been heard of.
            if (codeOf(error) !== lockTimeout || isInDoubt) throw error;
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
    const database = this.#database;
    const { production } = database;
    const ask = async <Row>(form: z.ZodType<Row>, text: string, values: unknown[]): Promise<Row[]> =>
      database.rowsOf(form, await client.query<QueryResultRow>(soon(text, values)));
    await client.query(soon(`begin; set local lock_timeout = ${lineMs}`));
    await client.query(soon(`select pg_advisory_xact_lock(${lock})`, [production]));
    const found = await ask(Since, since, [production, request.position]);
    const isFarBehind = found.length > mostBetween;
    const before =
      found.find((row) => row.key === key) ??
      (isInDoubt || isFarBehind ? (await ask(Landed, landedUnder, [production, key]))[0] : undefined);
    const end = found.at(-1)?.ends ?? request.position;
    const placed =
      before || isFarBehind || !canFollow(found, request.position)
        ? undefined
        : placeLanding(request, end, rememberedSince(request, found));
    if (!placed) {
      const at = await this.#giveUp(client);
      if (!before) return { outcome: 'moved', lines: [], at };
      if (isSame(request, before)) return { outcome: 'landed', lines: linesOf(before), at };
      throw new ProductionError(
        'machine_broken',
        `${database.name}: the key ${key} has landed with other commits.`,
      );
    }
    const values = [production, end, key, placed.bytes, noteOf(request, placed)];
    const [row] = await ask(Timed, landHere, values);
    await client.query(soon('commit'));
    if (!row) throw database.nonsense();
    const bytes = Buffer.concat([...found.map((each) => each.bytes), placed.bytes]);
    return { outcome: 'landed', lines: placed.lines, bytes, at: row.at.toISOString() };
  }

  /** Gives the log's own time. */
  async #giveUp(client: PoolClient): Promise<string> {
    await client.query(soon('rollback'));
    const [row] = this.#database.rowsOf(Timed, await client.query(soon('select clock_timestamp() as at')));
    if (!row) throw this.#database.nonsense();
    return row.at.toISOString();
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
