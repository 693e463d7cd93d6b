import type { SessionId } from '../../machines/index.js';
import type { JournalPort, JournalEntry } from '../journal/index.js';

const mention = /"session":"(ep_[0-9_]+)"/g;

interface Places {
  first: number;
  last: number;
  /** Lines that seem to carry a snapshot whole, in order. */
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
    return this.#places.get(sessionId)?.first;
  }

  last(sessionId: SessionId): number | undefined {
    return this.#places.get(sessionId)?.last;
  }

  /** The last line before `to` that seems to carry the session's snapshot whole. */
  wholeBefore(sessionId: SessionId, to: number): number | undefined {
    return this.#places.get(sessionId)?.wholes.findLast((position) => position < to);
  }

  #note({ position, end, text }: JournalEntry): void {
    this.#upTo = end;
    const isWhole = text.includes('"snapshot":{');
    for (const [, sessionId = ''] of text.matchAll(mention)) {
      const places = this.#places.get(sessionId);
      if (!places) {
        this.#places.set(sessionId, { first: position, last: position, wholes: isWhole ? [position] : [] });
        continue;
      }
      places.last = position;
      if (isWhole && places.wholes.at(-1) !== position) places.wholes.push(position);
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
