import { setTimeout as wait } from 'node:timers/promises';
import { ProductionError } from '../../machines/index.js';
import { bodyOf, readAddress, withoutSecrets, within } from '../disk/index.js';
import { logService, partKey } from './names.js';

/** One try at one node: a node that was killed must not hold up who can ask another. */
const tryMs = 3_000;
/** A page of the log is a megabyte, or one append. */
const mostBytes = 64 * 1024 * 1024;
const pausesMs = [50, 100, 250, 500, 1_000];
/** A cluster that lost a node answers again within some seconds. */
const patienceMs = 20_000;

/** Calls the log object through any node of the cluster, again and under the same key until the outcome is known. */
export class Ingress {
  readonly #nodes: readonly Node[];
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
        return await within(
          tryMs,
          (signal) => this.#tryOnce({ path, message, key, signal }),
          this.#closed.signal,
        );
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

  async #tryOnce({
    path,
    message,
    key,
    signal,
  }: {
    path: string;
    message: Uint8Array<ArrayBuffer>;
    key: string | undefined;
    signal: AbortSignal;
  }): Promise<Uint8Array> {
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
      // The production would go where it was not sent.
      redirect: 'error',
      signal,
    });
    const bytes = await bodyOf(answer, mostBytes);
    if (answer.ok) return bytes;
    if (key !== undefined && answer.status === 409 && wasEnded(bytes))
      throw new ProductionError(
        'journal_unavailable',
        `an operator has ended a commit under way on Restate at ${node.address}: whether it landed is unknown.`,
        { field: 'key' },
      );
    const said = `${String(answer.status)} ${this.#withoutSecrets(Buffer.from(bytes.subarray(0, 300)).toString())}`;
    if (answer.status === 401 || answer.status === 403)
      throw new ProductionError(
        'journal_unavailable',
        `Restate at ${node.address} refuses this client (${said}): give its address with a name and a password.`,
      );
    throw new Error(said);
  }

  /** A server may repeat what it was told. */
  #withoutSecrets(text: string): string {
    return withoutSecrets(
      text,
      this.#nodes.flatMap((node) => node.secrets),
    );
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

/** Restate 1.7 answers so for an invocation that was killed or cancelled, and again each time that its key is sent. */
function wasEnded(body: Uint8Array): boolean {
  return /^\{"code":409,"message":"(?:killed|cancelled)"/i.test(Buffer.from(body).toString());
}

export interface Node {
  address: string;
  authorization?: string;
  /** In each form in which it was told. */
  secrets: string[];
}

/** A node's address and what it asks for: fetch refuses a password in an address, and Node's error of one that is none has the whole of it. @throws ProductionError `invalid_input`. */
export function nodeOf(address: string): Node {
  const read = readAddress(address);
  if (!read)
    throw new ProductionError(
      'invalid_input',
      'addresses: one is no address of the form http://127.0.0.1:8080; signs such as # and / in a password are written as %23 and %2F.',
      { field: 'addresses' },
    );
  const { url, basic, secrets } = read;
  url.username = '';
  url.password = '';
  const bare = url.href.replace(/\/$/, '');
  return basic === undefined
    ? { address: bare, secrets }
    : { address: bare, authorization: `Basic ${basic}`, secrets: [basic, ...secrets] };
}
