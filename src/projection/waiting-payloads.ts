import type { SavedCheckpoint } from '../../machines/index.js';
import type { JournalPort } from '../journal/index.js';
import { decodeCommit } from '../record/decode.js';
import { forgetText } from '../record/payload.js';
import { savedBy } from './checkpoint-repair.js';
import type { WaitingCheckpoint } from './checkpoints.js';

/** A payload in memory. */
export interface KeptPayload {
  payload: unknown;
  bytes: number;
}

// A thousand episodes that save three checkpoints of 8 KB each before their documents' turn comes.
const mostBytes = 32 * 1024 * 1024;
// As much as commits can wait for: reading 8 KB again takes 0.1 ms (Node 20.20), and each reading some tenths of a millisecond beside.
const readAheadBytes = 256 * 1024;

/** Payloads of checkpoints whose documents wait: in memory up to 32 MB of JSON; those that come beyond are read again from the journal, many at a time. */
export class WaitingPayloads {
  readonly #journal: JournalPort;
  #keptBytes = 0;
  /** Where the lines begin whose payloads have to be read again. */
  readonly #places = new Set<number>();
  #ahead = new Map<string, { payload: unknown }>();

  constructor(journal: JournalPort) {
    this.#journal = journal;
  }

  /** Keeps the payload of a checkpoint whose line begins at `from`, if there is room. */
  keep(saved: SavedCheckpoint, from: number): KeptPayload | undefined {
    const { payload } = saved;
    const bytes = payload === undefined ? 0 : saved.bytes;
    forgetText(payload);
    if (this.#keptBytes + bytes > mostBytes) {
      this.#places.add(from);
      return undefined;
    }
    this.#keptBytes += bytes;
    return { payload, bytes };
  }

  letGo(waiting: WaitingCheckpoint): void {
    this.#keptBytes -= waiting.kept?.bytes ?? 0;
    waiting.kept = undefined;
    this.#places.delete(waiting.from);
  }

  /** What a checkpoint keeps; undefined when the journal does not have it where it was. */
  find(waiting: WaitingCheckpoint): { payload: unknown } | undefined {
    if (waiting.kept) return waiting.kept;
    const key = keyOf(waiting);
    if (!this.#ahead.has(key)) this.#readAhead(waiting.from);
    const found = this.#ahead.get(key);
    this.#ahead.delete(key);
    return found;
  }

  #readAhead(from: number): void {
    const ahead = new Map<string, { payload: unknown }>();
    this.#ahead = ahead;
    this.#journal.scan(
      (line) => {
        if (line.position !== from && !this.#places.has(line.position)) return;
        for (const entry of decodeCommit(line).entries)
          for (const { name, payload } of savedBy(entry))
            ahead.set(keyOf({ from: line.position, sessionId: entry.session, name }), { payload });
      },
      { from, to: from + readAheadBytes },
    );
  }
}

function keyOf({ from, sessionId, name }: Pick<WaitingCheckpoint, 'from' | 'sessionId' | 'name'>): string {
  return `${from}/${sessionId}/${name}`;
}
