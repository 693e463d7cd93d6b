import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type * as z from 'zod';
import { ProductionError, episodeMachine, machineVersion, structureHash } from '../../machines/index.js';
import {
  outdated,
  type AppendAnswer,
  type LandingAnswer,
  type LandingRequest,
  type RemoteLog,
} from '../journal/index.js';
import { frame, unframe } from './frame.js';
import { Ingress } from './ingress.js';
import { Appended, Landed, Place, ReadAnswer, type Chart } from './messages.js';

export interface RestateLogOptions {
  /** The ingress of each node, such as `http://127.0.0.1:8080`; every one may answer. */
  addresses: readonly string[];
  production: string;
  /** How often to look whether others have appended. */
  pollMs?: number;
  /** For tests: the chart that writes. */
  chart?: Chart;
}

const readBytes = 1024 * 1024;
/** What a reader asks for may be put together to a block meanwhile; a hundred times in a row it is not. */
const patientReads = 100;
/** How often who waits for a turn looks whether it has come. */
const turnPollMs = 15;

/** A production's log on Restate, one node or a cluster, by its ingress: a client needs no SDK. */
export class RestateLog implements RemoteLog {
  readonly name: string;
  readonly #ingress: Ingress;
  readonly #chart: Chart;
  readonly #pollMs: number;
  /** Where the parts of the log begin, as far as this client has gone. */
  readonly #bases = [0];
  #knownEnd: number | undefined;
  #heardAt = -Infinity;
  /** Set while it is this client's turn. */
  #ticket: string | undefined;

  constructor({ addresses, production, pollMs = 100, chart }: RestateLogOptions) {
    this.#ingress = new Ingress(addresses, production);
    this.name = `production ${production} on Restate at ${this.#ingress.name}`;
    this.#chart = chart ?? { version: machineVersion, hash: structureHash(episodeMachine) };
    this.#pollMs = pollMs;
  }

  get knownEnd(): number | undefined {
    return this.#knownEnd;
  }

  async append(position: number, bytes: Uint8Array, key: string): Promise<AppendAnswer> {
    const message = frame({ position, chart: this.#chart, ticket: this.#ticket }, bytes);
    return await this.#fromPartOf(position, async (base) => {
      const answer = this.#read(Appended, await this.#ingress.call(base, 'append', message, key)).head;
      if (answer.outcome === 'upgraded') throw outdated(this.#chart, answer.chart);
      if (answer.outcome === 'landed') seeThatItIs(answer, position, bytes, key);
      return { ...answer, answer: { landed: answer.outcome === 'landed', at: answer.at } };
    });
  }

  async land(request: LandingRequest, key: string): Promise<LandingAnswer> {
    const { position } = request;
    const bytes = Buffer.from(JSON.stringify(request));
    const message = frame({ position, chart: this.#chart }, bytes);
    return await this.#fromPartOf<LandingAnswer>(position, async (base) => {
      const { head, bytes: between } = unframe(await this.#ingress.call(base, 'land', message, key));
      const answer = Landed.parse(head);
      if (answer.outcome === 'upgraded') throw outdated(this.#chart, answer.chart);
      const { outcome, at } = answer;
      if (answer.outcome !== 'landed') return { ...answer, answer: { outcome, lines: [], at } };
      if (answer.sha256 !== createHash('sha256').update(bytes).digest('hex'))
        throw new ProductionError('machine_broken', `the key ${key} has landed with other commits.`);
      const found = between.length > 0 ? between : undefined;
      return { ...answer, answer: { outcome, lines: answer.lines, bytes: found, at } };
    });
  }

  async read(position: number, most: number = readBytes): Promise<Uint8Array> {
    const message = frame({ position, most });
    return await this.#fromPartOf(position, async (base) => {
      for (let times = 0; times < patientReads; times += 1) {
        const { head, bytes } = this.#read(ReadAnswer, await this.#ingress.call(base, 'read', message));
        const { changed, ...state } = head;
        if (!changed) return { ...state, answer: bytes };
        await wait(turnPollMs);
      }
      throw new ProductionError(
        'journal_damaged',
        `${this.name} lacks what it had at ${String(position)}: compare its part that begins at ${String(base)} with a copy of the production.`,
      );
    });
  }

  async end(): Promise<{ end: number; at: string }> {
    return await this.#fromPartOf(Infinity, async (base) => {
      const place = await this.#place(base, 'look', '');
      return { ...place, answer: { end: place.end, at: place.at } };
    });
  }

  /** By asking now and then: a question that waits at a node would end with the node, and holds an invocation there for each client. */
  follow(onChange: () => void): () => void {
    const stopped = new AbortController();
    void this.#watch(onChange, stopped.signal);
    return () => stopped.abort();
  }

  async turn(): Promise<() => Promise<void>> {
    const ticket = randomUUID();
    for (let entering = 0; ; entering += 1) {
      const { base, first } = await this.#enter(ticket, entering);
      if (first || (await this.#waitFor(base, ticket))) {
        this.#ticket = ticket;
        return async () => {
          if (this.#ticket === ticket) this.#ticket = undefined;
          await this.#place(base, 'leave', ticket, `${ticket}/leave`);
        };
      }
    }
  }

  close(): Promise<void> {
    this.#ingress.close();
    return Promise.resolve();
  }

  async #enter(ticket: string, times: number): Promise<{ base: number; first: boolean }> {
    return await this.#fromPartOf(Infinity, async (base) => {
      const place = await this.#place(base, 'enter', ticket, `${ticket}/${String(times)}`);
      return { ...place, answer: { base, first: place.place === 0 && !place.stale } };
    });
  }

  /** False where the turn before has run out, or this one: whoever enters then sees to it. */
  async #waitFor(base: number, ticket: string): Promise<boolean> {
    for (;;) {
      const { place, stale } = await this.#place(base, 'look', ticket);
      if (place === 0 && !stale) return true;
      if (place < 0 || stale) return false;
      // Who is further behind has longer to wait, and each look is work for the node.
      await wait(turnPollMs * place);
    }
  }

  async #watch(onChange: () => void, stopped: AbortSignal): Promise<void> {
    let known: number | undefined;
    while (!stopped.aborted) {
      // Every answer tells where the log ends. What fails here will be met, and told, by the next commit or question.
      if (performance.now() - this.#heardAt >= this.#pollMs || this.#knownEnd === undefined)
        await this.end().catch(() => undefined);
      const end = this.#knownEnd ?? known;
      if (end !== known && known !== undefined && !stopped.aborted) onChange();
      known = end;
      await wait(this.#pollMs, undefined, { signal: stopped, ref: false }).catch(() => undefined);
    }
  }

  async #place(base: number, handler: string, ticket: string, key?: string): Promise<Place> {
    return this.#read(Place, await this.#ingress.call(base, handler, frame({ ticket }), key)).head;
  }

  /** What answers may be anything: a proxy's page, another service. */
  #read<Head>(form: z.ZodType<Head>, message: Uint8Array): { head: Head; bytes: Uint8Array } {
    try {
      const { head, bytes } = unframe(message);
      return { head: form.parse(head), bytes };
    } catch (cause) {
      throw this.#nonsense(cause);
    }
  }

  #nonsense(cause?: unknown): ProductionError {
    return new ProductionError(
      'journal_unavailable',
      `${this.name} answers what is no log of a production: see that its address is Restate's ingress, and that \`showrunner restate serve\` of this version is registered there.`,
      { cause },
    );
  }

  /** Asks the part in which a position lies, and goes on to the next while that one says that the log continues there. */
  async #fromPartOf<T>(
    position: number,
    ask: (base: number) => Promise<{ end: number; sealed: boolean; answer: T }>,
  ): Promise<T> {
    let part = this.#bases.findLastIndex((base) => base <= position);
    for (;;) {
      const { end, sealed, answer } = await ask(this.#bases[part] ?? 0);
      this.#knownEnd = sealed ? undefined : Math.max(end, this.#knownEnd ?? 0);
      this.#heardAt = performance.now();
      if (!sealed || position < end) return answer;
      // A part that ends where it begins would be asked again for ever.
      if (end <= (this.#bases[part] ?? 0)) throw this.#nonsense();
      part += 1;
      this.#bases[part] = end;
    }
  }
}

/** Restate answers a key that it knows with what was answered first, whatever is sent under it. */
function seeThatItIs(
  landed: { position: number; sha256: string },
  position: number,
  bytes: Uint8Array,
  key: string,
): void {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (landed.position === position && landed.sha256 === sha256) return;
  throw new ProductionError(
    'machine_broken',
    `the append ${key} has landed at ${String(landed.position)} with other bytes than those sent for ${String(position)}.`,
  );
}
