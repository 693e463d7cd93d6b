import type { InspectionMessage } from './messages.js';

/** What is known of one inspected actor, of any machine. */
export interface InspectedActor {
  sessionId: string;
  name: string;
  parentId: string | null;
  /** The machine's configuration, JSON text; null for actors that are no machines. */
  definition: string | null;
  snapshot: unknown;
  /** The latest events, oldest first: milliseconds since 1970 as text, and the event as JSON text, cut when it is long. */
  events: InspectedEvent[];
}

interface InspectedEvent {
  at: string;
  type: string;
  text: string;
}

/** Everything as text: a parsed `[[],[]…` takes twenty times the memory of what was sent. */
interface Kept {
  known: Omit<InspectedActor, 'snapshot'>;
  snapshot: string;
  first: string;
  messages: string[];
  characters: number;
}

const keptEvents = 200;
const longestEvent = 2_000;
const longestType = 200;
const mostActors = 1_000;
const mostCharacters = 32 * 1024 * 1024;

/** Collects inspection messages by actor: what a client that comes later has to be told, and what a page can show. Bounded by count and by size. */
export class InspectionStore {
  readonly #keptMessages: number;
  readonly #mostCharacters: number;
  readonly #actors = new Map<string, Kept>();
  #characters = 0;

  /** @param keptMessages how many of an actor's latest messages a newcomer gets. @param characters how much text is kept of all. */
  constructor(keptMessages = 2_000, characters = mostCharacters) {
    this.#keptMessages = keptMessages;
    this.#mostCharacters = characters;
  }

  /** How much text is kept. */
  get characters(): number {
    return this.#characters;
  }

  actor(sessionId: string): InspectedActor | undefined {
    const kept = this.#actors.get(sessionId);
    return kept && shownOf(kept);
  }

  actors(): InspectedActor[] {
    return [...this.#actors.values()].map(shownOf);
  }

  /** Everything a newcomer needs, as JSON texts: each actor, with its latest messages. */
  backlog(): string[] {
    return [...this.#actors.values()].flatMap(({ first, messages }) => [first, ...messages]);
  }

  /** `text` is the message as it was sent. */
  take(message: InspectionMessage, text = JSON.stringify(message)): void {
    if (message.type === '@xstate.actor') this.#register(message, text);
    else this.#append(message, text);
    this.#shrink();
  }

  #append(message: Exclude<InspectionMessage, { type: '@xstate.actor' }>, text: string): void {
    const kept = this.#actors.get(message.sessionId);
    if (!kept) return;
    this.#recount(kept, () => {
      kept.messages.push(text);
      if (kept.messages.length > this.#keptMessages)
        kept.messages.splice(0, kept.messages.length - this.#keptMessages);
      if (message.type === '@xstate.snapshot') kept.snapshot = textOf(message.snapshot);
      else kept.known.events = [...kept.known.events, eventOf(message)].slice(-keptEvents);
    });
  }

  #register(message: Extract<InspectionMessage, { type: '@xstate.actor' }>, text: string): void {
    const { sessionId, name, parentId, definition, snapshot } = message;
    this.#remove(sessionId);
    const kept: Kept = {
      known: {
        sessionId,
        name: cut(name, 500),
        parentId: typeof parentId === 'string' ? cut(parentId, 500) : null,
        definition: typeof definition === 'string' ? definition : null,
        events: [],
      },
      snapshot: textOf(snapshot),
      first: text,
      messages: [],
      characters: 0,
    };
    this.#actors.set(sessionId, kept);
    this.#recount(kept, () => {});
    const oldest = this.#actors.keys().next();
    if (this.#actors.size > mostActors && !oldest.done) this.#remove(oldest.value);
  }

  /** The longest past goes first, then the oldest actor. */
  #shrink(): void {
    while (this.#characters > this.#mostCharacters && this.#actors.size > 0) {
      const [longest] = [...this.#actors.values()].toSorted((a, b) => b.characters - a.characters);
      const [oldest] = this.#actors.values();
      if (longest && (longest.messages.length > 0 || longest.known.events.length > 0))
        this.#recount(longest, () => {
          longest.messages.splice(0, Math.ceil(longest.messages.length / 2));
          longest.known.events.splice(0, Math.ceil(longest.known.events.length / 2));
        });
      else if (oldest) this.#remove(oldest.known.sessionId);
    }
  }

  #remove(sessionId: string): void {
    this.#characters -= this.#actors.get(sessionId)?.characters ?? 0;
    this.#actors.delete(sessionId);
  }

  #recount(kept: Kept, change: () => void): void {
    change();
    this.#characters -= kept.characters;
    kept.characters = lengthOf(kept);
    this.#characters += kept.characters;
  }
}

function lengthOf({ known, snapshot, first, messages }: Kept): number {
  const events = known.events.map(({ text, type }) => text.length + type.length);
  return [...events, ...messages.map(({ length }) => length)].reduce(
    (sum, length) => sum + length,
    snapshot.length + first.length + (known.definition?.length ?? 0),
  );
}

function shownOf({ known, snapshot }: Kept): InspectedActor {
  return { ...known, snapshot: snapshot === '' ? undefined : (JSON.parse(snapshot) as unknown) };
}

function eventOf({
  createdAt,
  event,
}: Extract<InspectionMessage, { type: '@xstate.event' }>): InspectedEvent {
  return {
    at: cut(createdAt, 40),
    type: cut(event.type, longestType),
    text: cut(textOf(event), longestEvent),
  };
}

function cut(text: unknown, longest: number): string {
  return typeof text === 'string' ? text.slice(0, longest) : '';
}

function textOf(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value);
}

const deepest = 200;

/** A message from a client, or undefined when it is none that we understand. */
export function parseMessage(text: string): InspectionMessage | undefined {
  if (isDeeper(text, deepest)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const message = value as Partial<InspectionMessage> | null;
  const isKnown =
    typeof message === 'object' &&
    message !== null &&
    typeof message.sessionId === 'string' &&
    message.sessionId.length <= 500;
  if (!isKnown || !['@xstate.actor', '@xstate.event', '@xstate.snapshot'].includes(String(message.type)))
    return undefined;
  if (
    message.type === '@xstate.event' &&
    typeof (message.event as { type?: unknown } | null | undefined)?.type !== 'string'
  )
    return undefined;
  return message as InspectionMessage;
}

/** JSON.parse takes any depth (Node 20.20), and JSON.stringify of the same throws: brackets outside of strings are counted before either. */
function isDeeper(text: string, most: number): boolean {
  let depth = 0;
  let isString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) isString = false;
    } else if (code === 0x22) isString = true;
    else if (code === 0x5b || code === 0x7b) depth += 1;
    else if (code === 0x5d || code === 0x7d) depth -= 1;
    if (depth > most) return true;
  }
  return false;
}
