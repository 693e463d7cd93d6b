import type { SessionId } from '../../machines/index.js';
import type { JournalPort, JournalEntry } from '../journal/index.js';

const mention = /"session":"(ep_[0-9_]+)"/g;

interface Places {
  /** Lines that seem to be of the session, in order. */
  lines: number[];
  /** Those of them that seem to carry a snapshot whole. */
  wholes: number[];
}

/**
 * Where in the journal each session's commits lie, as far as a look at the text tells: nothing of a session is before its `first` or after its `last`; that a line
 * carries a snapshot whole has to be checked. Made by the first full walk of a journal, and read on from there.
 */
export class SessionPlaces {
  readonly #places = new Map<string, Places>();
  #upTo = 0;
  #isMade = false;

  /** Whether a full walk has been made: until then nothing is known of any session. */
  get isMade(): boolean {
    return this.#isMade;
  }

  /** Walks the whole journal, giving each line to `onLine`, and knows it afterwards. */
  make(journal: JournalPort, onLine: (line: JournalEntry) => void): void {
    this.#places.clear();
    journal.scan((line) => {
      this.#note(line);
      onLine(line);
    });
    this.#isMade = true;
  }

  catchUp(journal: JournalPort): void {
    journal.scan((line) => this.#note(line), { from: this.#upTo });
  }

  first(sessionId: SessionId): number | undefined {
    return this.#places.get(sessionId)?.lines[0];
  }

  last(sessionId: SessionId): number | undefined {
    return this.#places.get(sessionId)?.lines.at(-1);
  }

  /** The lines that seem to be the session's, from the last that seems to carry its snapshot whole up to `to`; none where no such is known. */
  sinceWhole(sessionId: SessionId, to: number): number[] {
    const { lines = [], wholes = [] } = this.#places.get(sessionId) ?? {};
    const whole = wholes.findLast((position) => position < to);
    if (whole === undefined) return [];
    return lines.filter((position) => position >= whole && position < to);
  }

  #note({ position, end, text }: JournalEntry): void {
    this.#upTo = end;
    const isWhole = text.includes('"snapshot":{');
    for (const [, sessionId = ''] of text.matchAll(mention)) {
      const places = this.#places.get(sessionId);
      if (!places) {
        this.#places.set(sessionId, { lines: [position], wholes: isWhole ? [position] : [] });
        continue;
      }
      if (places.lines.at(-1) === position) continue;
      places.lines.push(position);
      if (isWhole) places.wholes.push(position);
    }
  }
}

const known = new WeakMap<JournalPort, SessionPlaces>();

/** What is known of a journal's sessions; one for each handle. */
export function placesIn(journal: JournalPort): SessionPlaces {
  const places = known.get(journal) ?? new SessionPlaces();
  known.set(journal, places);
  return places;
}
