import { decodeCommit } from './decode.js';
import type { SessionId } from '../../machines/index.js';
import type { JournalPort, JournalEntry } from '../journal/index.js';

/** Which session a caller's own name for an episode stands for. Read from the journal when it is first asked for, and read on from there. */
export class SessionKeys {
  readonly #journal: JournalPort;
  readonly #sessions = new Map<string, SessionId>();
  #upTo = 0;

  constructor(journal: JournalPort) {
    this.#journal = journal;
  }

  /**
   * The first session that was created with the key, as far as the journal's handle has read: of one that another process makes in this moment
   * whoever asks would know nothing but the name.
   */
  find(key: string): SessionId | undefined {
    const known = this.#sessions.get(key);
    const to = this.#journal.position;
    if (known !== undefined || this.#upTo >= to) return known;
    this.#journal.scan((line) => this.#note(line), { from: this.#upTo, to });
    return this.#sessions.get(key);
  }

  #note(line: JournalEntry): void {
    this.#upTo = line.end;
    // The text is searched before it is parsed: few lines create an episode, and fewer one with a key. Quotes in somebody's data are escaped.
    if (!line.text.includes('"type":"episode.created"') || !line.text.includes('"key":"')) return;
    for (const { session, events } of decodeCommit(line).entries) {
      const [created] = events;
      if (created?.type !== 'episode.created' || created.key === undefined) continue;
      if (!this.#sessions.has(created.key)) this.#sessions.set(created.key, session);
    }
  }
}
