import { setTimeout as wait } from 'node:timers/promises';
import { ProductionError } from '../../machines/index.js';
import { logService, partKey } from './names.js';

/** One try at one node: a node that was killed must not hold up who can ask another. */
const tryMs = 3_000;
const pausesMs = [50, 100, 250, 500, 1_000];
/** A cluster that lost a node answers again within some seconds. */
const patienceMs = 20_000;

/** Calls the log object through any node of the cluster, again and under the same key until the outcome is known. */
export class Ingress {
  readonly #nodes: readonly { address: string; authorization?: string }[];
  readonly #production: string;
  readonly #closed = new AbortController();
  #preferred = 0;

  constructor(addresses: readonly string[], production: string) {
    this.#nodes = addresses.map(nodeOf);
    this.#production = production;
  }

  /** Where it is, without passwords. */
  get name(): string {
    return this.#nodes.map(({ address }) => address).join(',');
  }

  /** @throws ProductionError `journal_unavailable`: what was asked for may have happened or not. */
  async call(
    base: number,
    handler: string,
    message: Uint8Array<ArrayBuffer>,
    key?: string,
  ): Promise<Uint8Array> {
    const path = `${logService}/${encodeURIComponent(partKey(this.#production, base))}/${handler}`;
    const until = performance.now() + patienceMs;
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.#tryOnce(path, message, key);
      } catch (error) {
        if (error instanceof ProductionError) throw error;
        if (performance.now() > until || this.#closed.signal.aborted) throw this.#silent(error);
        this.#preferred = (this.#preferred + 1) % this.#nodes.length;
        const round = Math.floor(tries / this.#nodes.length);
        await wait(pausesMs[Math.min(round, pausesMs.length - 1)], undefined, {
          signal: this.#closed.signal,
        }).catch(() => undefined);
      }
    }
  }

  close(): void {
    this.#closed.abort();
  }

  async #tryOnce(path: string, message: Uint8Array<ArrayBuffer>, key?: string): Promise<Uint8Array> {
    const node = this.#nodes[this.#preferred];
    if (node === undefined)
      throw new ProductionError('invalid_input', 'Restate needs the address of at least one node.');
    const answer = await fetch(`${node.address}/${path}`, {
      method: 'POST',
      body: message,
      headers: {
        'content-type': 'application/octet-stream',
        ...(key !== undefined && { 'idempotency-key': encodeURIComponent(key) }),
        ...(node.authorization !== undefined && { authorization: node.authorization }),
      },
      signal: AbortSignal.any([AbortSignal.timeout(tryMs), this.#closed.signal]),
    });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (answer.ok) return bytes;
    const said = `${String(answer.status)} ${Buffer.from(bytes.subarray(0, 300)).toString()}`;
    if (answer.status === 401 || answer.status === 403)
      throw new ProductionError(
        'journal_unavailable',
        `Restate at ${node.address} refuses this client (${said}): give its address with a name and a password.`,
      );
    throw new Error(said);
  }

  #silent(cause: unknown): ProductionError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new ProductionError(
      'journal_unavailable',
      `Restate at ${this.name} gives no answer (${reason}): whether the last commit landed is unknown. See that its nodes run, and that \`showrunner restate serve\` is registered with them.`,
      { cause },
    );
  }
}

/** A node's address and what it asks for; fetch refuses a password in an address. */
export function nodeOf(address: string): { address: string; authorization?: string } {
  const url = new URL(address);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const bare = url.href.replace(/\/$/, '');
  if (username === '') return { address: bare };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { address: bare, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
