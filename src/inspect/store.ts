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
  events: { at: string; type: string; text: string }[];
}

const keptEvents = 200;
const longestEvent = 2_000;
const mostActors = 1_000;

/** Collects inspection messages by actor: what a client that comes later has to be told, and what a page can show. */
export class InspectionStore {
  readonly #keptMessages: number;
  readonly #actors = new Map<
    string,
    { known: InspectedActor; first: InspectionMessage; messages: InspectionMessage[] }
  >();

  /** @param keptMessages how many of an actor's latest messages a newcomer gets. */
  constructor(keptMessages = 2_000) {
    this.#keptMessages = keptMessages;
  }

  actor(sessionId: string): InspectedActor | undefined {
    return this.#actors.get(sessionId)?.known;
  }

  actors(): InspectedActor[] {
    return [...this.#actors.values()].map(({ known }) => known);
  }

  /** Everything a newcomer needs: each actor, with its latest messages. */
  backlog(): InspectionMessage[] {
    return [...this.#actors.values()].flatMap(({ first, messages }) => [first, ...messages]);
  }

  take(message: InspectionMessage): void {
    if (message.type === '@xstate.actor') this.#register(message);
    const actor = this.#actors.get(message.sessionId);
    if (!actor || message.type === '@xstate.actor') return;
    actor.messages.push(message);
    if (actor.messages.length > this.#keptMessages)
      actor.messages.splice(0, actor.messages.length - this.#keptMessages);
    const { known } = actor;
    if (message.type === '@xstate.snapshot') known.snapshot = message.snapshot;
    else
      known.events = [
        ...known.events,
        {
          at: message.createdAt,
          type: message.event.type,
          text: JSON.stringify(message.event).slice(0, longestEvent),
        },
      ].slice(-keptEvents);
  }

  #register(message: Extract<InspectionMessage, { type: '@xstate.actor' }>): void {
    const { sessionId, name, parentId, definition, snapshot } = message;
    this.#actors.delete(sessionId);
    this.#actors.set(sessionId, {
      known: {
        sessionId,
        name,
        parentId: parentId ?? null,
        definition: definition ?? null,
        snapshot,
        events: [],
      },
      first: message,
      messages: [],
    });
    const oldest = this.#actors.keys().next();
    if (this.#actors.size > mostActors && !oldest.done) this.#actors.delete(oldest.value);
  }
}

/** A message from a client, or undefined when it is none that we understand. */
export function parseMessage(text: string): InspectionMessage | undefined {
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
