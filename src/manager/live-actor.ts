import { createActor, type Actor, type ActorOptions } from 'xstate';
import {
  episodeMachine,
  type EpisodeEvent,
  type PersistedEpisode,
  type RecordedEvent,
} from '../../machines/index.js';

/** An XState actor of an episode that follows the journal. */
export type LiveActor = Actor<typeof episodeMachine>;

export type LiveActorOptions = Pick<ActorOptions<typeof episodeMachine>, 'inspect' | 'id' | 'systemId'>;

interface Wiring extends LiveActorOptions {
  /** Takes an event to the journal. */
  send: (event: EpisodeEvent) => unknown;
  /** Subscribes to committed events of the episode; returns the unsubscription. */
  onStep: (listener: (event: RecordedEvent) => void) => () => void;
}

/** Starts an actor whose `send` commits first, and which moves when the commit, ours or another process's, is on disk. */
export function liveActor(snapshot: PersistedEpisode, { send, onStep, ...options }: Wiring): LiveActor {
  // A restored actor takes no input, whatever the types say (xstate 5.33.3).
  const actor = createActor(episodeMachine, { ...options, snapshot } as never);
  const deliver = actor.send;
  actor.send = (event) => {
    send(event);
  };
  actor.start();
  const unsubscribe = onStep((event) => {
    if (event.type !== 'episode.created') deliver(event);
  });
  actor.subscribe({ complete: unsubscribe, error: unsubscribe });
  const stop = actor.stop.bind(actor);
  actor.stop = () => {
    unsubscribe();
    return stop();
  };
  return actor;
}
