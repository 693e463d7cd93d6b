import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ProductionError } from '../../machines/errors.js';
import { isUnavailable } from '../journal/is-unavailable.js';
import type { RemoteLog } from '../journal/remote-log.js';
import type { OldCopy } from '../production/log-reach.js';
import { copyIn } from './copy-in.js';
import { journalEnd } from './journal-end.js';
import type { LogAddress } from './log-address.js';

/** How long what only looks waits for a log before it answers from the copy. Milliseconds. */
const patienceMs = 3000;

/** What was found of the log: itself, or why it cannot be reached. */
export type Reached = { log: RemoteLog; end: number } | { error: ProductionError };

/** What a command shows that was not brought up to its log; nothing may tell how old it is. */
export type ShownCopy = Omit<OldCopy, 'asOf'> & { asOf: string | undefined };

/** What a command has of the log that carries its production: asked once, and only when it is needed. */
export class Carried {
  readonly #address: LogAddress;
  readonly #directory: string;
  #log: RemoteLog | undefined;
  #reached: Promise<Reached> | undefined;

  constructor(address: LogAddress, directory: string) {
    this.#address = address;
    this.#directory = directory;
  }

  /** For what only looks: soon. */
  reach(): Promise<Reached> {
    this.#reached ??= this.#reach();
    return this.#reached;
  }

  async #reach(): Promise<Reached> {
    const log = await this.#open();
    try {
      const { end } = await withinPatience(log);
      return { log, end };
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await this.close();
      return { error };
    }
  }

  /** Whether the folder's journal ends where the log does. */
  async isCurrent(): Promise<boolean> {
    const reached = await this.reach();
    return (
      'error' in reached ||
      (existsSync(join(this.#directory, 'journal')) && journalEnd(this.#directory) === reached.end)
    );
  }

  /**
   * The log, for who closes it.
   * @throws ProductionError `production_missing` where it has nothing, unless it is to be `make`d; `journal_unavailable`.
   */
  async take(make: boolean): Promise<RemoteLog> {
    const reached = await this.#reached;
    const log = reached && 'log' in reached ? reached.log : await this.#open();
    const end = make ? undefined : (await log.end().catch((error: unknown) => this.#unreachable(error))).end;
    if (end === 0) throw nothingThere(log, this.#directory);
    this.#log = undefined;
    this.#reached = undefined;
    return log;
  }

  #unreachable(error: unknown): never {
    if (!isUnavailable(error)) throw error;
    const isThere = copyIn(this.#directory) !== undefined;
    throw new ProductionError(
      'journal_unavailable',
      `${error.message} Nothing was written.${isThere ? ' What only looks answers from the copy meanwhile: showrunner list.' : ''}`,
      { cause: error },
    );
  }

  async #open(): Promise<RemoteLog> {
    const { openLog } = await import('./open-log.js');
    this.#log ??= await openLog(this.#address);
    return this.#log;
  }

  /** Lets go of what nobody has taken. */
  async close(): Promise<void> {
    const log = this.#log;
    this.#log = undefined;
    await log?.close();
  }
}

async function withinPatience(log: RemoteLog): Promise<{ end: number }> {
  const late = new AbortController();
  try {
    return await Promise.race([
      log.end(),
      wait(patienceMs, undefined, { signal: late.signal, ref: false }).then(() => {
        throw new ProductionError(
          'journal_unavailable',
          `${log.name} has not answered for ${patienceMs / 1000} s.`,
        );
      }),
    ]);
  } finally {
    late.abort();
  }
}

function nothingThere({ name }: RemoteLog, directory: string): ProductionError {
  const isOfFiles = existsSync(join(directory, 'journal')) && copyIn(directory) === undefined;
  return new ProductionError(
    'production_missing',
    isOfFiles
      ? `there is no ${name} yet, and the one in ${directory} is one of files. Move it there: showrunner export --into <url>`
      : `there is no ${name} yet. Name another behind # in the address, or begin it: showrunner create --topic "…"`,
    { field: 'directory' },
  );
}
