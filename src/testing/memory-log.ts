import { ProductionError } from '../../machines/index.js';
import {
  placeLanding,
  type AppendAnswer,
  type LandingAnswer,
  type LandingMemory,
  type LandingRequest,
  type RemoteLog,
} from '../journal/index.js';

interface Appended {
  position: number;
  bytes: Uint8Array;
}

/** A log that several clients of one process share: what stands in for Postgres or Restate in tests of journals that are carried. */
export class MemoryLog {
  readonly #now: () => string;
  readonly #appends: Appended[] = [];
  readonly #keys = new Map<string, Appended>();
  readonly #listeners = new Set<() => void>();
  /** Who has the turn, and behind it who waits for it. */
  readonly #turns: { client: symbol; begin: () => void }[] = [];
  #end = 0;
  #memory: LandingMemory | undefined;
  readonly #landed = new Map<string, { request: string; answer: LandingAnswer }>();

  /** `now` is the log's own clock, ISO-8601 UTC. */
  constructor(now: () => string = () => new Date().toISOString()) {
    this.#now = now;
  }

  /** A client of its own. To close it amid its turn is what the death of its process is elsewhere. */
  connect(): RemoteLog {
    const client = Symbol();
    const stops = new Set<() => void>();
    return {
      name: 'a log in memory',
      append: (position, bytes, key) => this.#append(client, { position, bytes: bytes.slice() }, key),
      land: (request, key) => this.#land(client, request, key),
      read: async (position, most = 1 << 20) => this.#read(position, most),
      end: async () => ({ end: this.#end, at: this.#now() }),
      follow: (onChange) => {
        const stop = (): void => {
          this.#listeners.delete(onChange);
          stops.delete(stop);
        };
        this.#listeners.add(onChange);
        stops.add(stop);
        return stop;
      },
      turn: () => this.#turn(client),
      close: async () => {
        for (const stop of stops) stop();
        while (this.#leave(client));
      },
    };
  }

  async #append(client: symbol, appended: Appended, key: string): Promise<AppendAnswer> {
    for (;;) {
      const known = this.#keys.get(key);
      if (known) return this.#again(known, appended);
      const [first] = this.#turns;
      if (!first || first.client === client) break;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    const landed = appended.position === this.#end;
    if (landed) this.#put(appended, key);
    return { landed, at: this.#now() };
  }

  #put(appended: Appended, key: string): void {
    this.#appends.push(appended);
    this.#keys.set(key, appended);
    this.#end += appended.bytes.length;
    for (const listener of this.#listeners) setImmediate(listener);
  }

  async #land(client: symbol, request: LandingRequest, key: string): Promise<LandingAnswer> {
    const at = this.#now();
    const known = this.#landed.get(key);
    if (known?.request === JSON.stringify(request)) return known.answer;
    if (known) throw new ProductionError('machine_broken', 'one key was given to two landings.');
    const [first] = this.#turns;
    if (first && first.client !== client) return { outcome: 'turn', lines: [], at };
    const placed = placeLanding(request, this.#end, this.#memory);
    if (!placed) return { outcome: 'moved', lines: [], at };
    this.#put({ position: this.#end, bytes: placed.bytes }, key);
    this.#memory = placed.memory;
    const answer: LandingAnswer = {
      outcome: 'landed',
      lines: placed.lines,
      bytes: this.#read(request.position, Infinity),
      at,
    };
    this.#landed.set(key, { request: JSON.stringify(request), answer });
    return answer;
  }

  #again(known: Appended, { position, bytes }: Appended): AppendAnswer {
    if (known.position !== position || Buffer.compare(known.bytes, bytes) !== 0)
      throw new ProductionError('machine_broken', 'one key was given to two appends.');
    return { landed: true, at: this.#now() };
  }

  #read(position: number, most: number): Uint8Array {
    const found: Uint8Array[] = [];
    let length = 0;
    for (const each of this.#from(position)) {
      if (length > 0 && length + each.bytes.length > most) break;
      const rest = each.bytes.subarray(Math.max(0, position - each.position));
      found.push(rest);
      length += rest.length;
    }
    return Buffer.concat(found);
  }

  #from(position: number): Appended[] {
    let [low, high] = [0, this.#appends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const each = this.#appends[middle];
      if (each && each.position + each.bytes.length <= position) low = middle + 1;
      else high = middle;
    }
    return this.#appends.slice(low, low + 4096);
  }

  #turn(client: symbol): Promise<() => Promise<void>> {
    return new Promise((resolve) => {
      const turn = { client, begin: () => resolve(async () => this.#giveBack(turn)) };
      this.#turns.push(turn);
      if (this.#turns[0] === turn) turn.begin();
    });
  }

  #giveBack(turn: { client: symbol; begin: () => void }): void {
    const index = this.#turns.indexOf(turn);
    if (index === -1) return;
    this.#turns.splice(index, 1);
    if (index === 0) this.#turns[0]?.begin();
  }

  #leave(client: symbol): boolean {
    const turn = this.#turns.find((each) => each.client === client);
    if (turn) this.#giveBack(turn);
    return turn !== undefined;
  }
}
