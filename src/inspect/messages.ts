import {
  decide,
  episodeMachine,
  persist,
  rehydrate,
  type EpisodeSnapshot,
  type RecordedEvent,
  type SessionId,
} from '../../machines/index.js';

/** What @statelyai/inspect 0.7.2 says over its WebSocket, as far as we say and understand it. */
export type InspectionMessage = ActorMessage | EventMessage | SnapshotMessage;

interface Base {
  /** The actor it is about. */
  sessionId: string;
  rootId: string | undefined;
  /** Milliseconds since 1970, as text. */
  createdAt: string;
  id: string | null;
  /** The version of @statelyai/inspect whose form this is. */
  _version: string;
}

export interface ActorMessage extends Base {
  type: '@xstate.actor';
  name: string;
  parentId: string | undefined;
  /** The machine's configuration, JSON text. */
  definition: string | undefined;
  snapshot: unknown;
}

export interface EventMessage extends Base {
  type: '@xstate.event';
  event: { type: string };
  sourceId: string | undefined;
}

export interface SnapshotMessage extends Base {
  type: '@xstate.snapshot';
  event: { type: string };
  snapshot: unknown;
}

const version = '0.7.2';
const longestText = 500;
// The same for every episode; functions, which the chart's configuration has none of, would be named only.
const definition = JSON.stringify(episodeMachine.config);

/** An episode as an actor of the inspector's, with the chart it runs. */
export function actorMessage(snapshot: EpisodeSnapshot): ActorMessage {
  const { sessionId, createdAt } = snapshot.context;
  return {
    type: '@xstate.actor',
    name: sessionId,
    parentId: undefined,
    definition,
    snapshot: shown(snapshot),
    ...base(sessionId, createdAt),
  };
}

/** A committed event, and what it led to. */
export function stepMessages(
  sessionId: SessionId,
  event: RecordedEvent,
  after: EpisodeSnapshot,
  by: string,
): [EventMessage, SnapshotMessage] {
  const common = base(sessionId, event.at);
  const sanitised = shortened(event) as { type: string };
  return [
    { type: '@xstate.event', event: sanitised, sourceId: by, ...common },
    { type: '@xstate.snapshot', event: sanitised, snapshot: shown(after), ...common },
  ];
}

/** A whole past as messages. `stateAt` is asked only where an older chart decided otherwise. */
export function pastMessages(
  sessionId: SessionId,
  history: readonly { event: RecordedEvent; by: string; position: number }[],
  stateAt: (position: number) => Parameters<typeof rehydrate>[0] | undefined,
): InspectionMessage[] {
  const messages: InspectionMessage[] = [];
  let present: EpisodeSnapshot | undefined;
  for (const { event, by, position } of history) {
    const decision = decide(present, event);
    const recorded = decision.accepted ? undefined : stateAt(position);
    const after = decision.accepted ? decision.snapshot : recorded ? rehydrate(recorded) : present;
    if (!after) continue;
    if (present) messages.push(...stepMessages(sessionId, event, after, by));
    else messages.push(actorMessage(after));
    present = after;
  }
  return messages;
}

function base(sessionId: string, at: string): Base {
  return { sessionId, rootId: sessionId, createdAt: String(Date.parse(at)), id: null, _version: version };
}

function shown(snapshot: EpisodeSnapshot): unknown {
  return shortened(persist(snapshot));
}

/** Payloads and results stay here, and long texts are cut: what goes to the inspector's page leaves this machine's control. */
function shortened(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) => {
      if (key === 'payload' || key === 'result') return '[kept here]';
      return typeof part === 'string' && part.length > longestText ? `${part.slice(0, longestText)}…` : part;
    }),
  ) as unknown;
}
