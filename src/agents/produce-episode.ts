import type { ServerContext } from '@modelcontextprotocol/server';
import { ProductionError, type SessionId } from '../../machines/index.js';
import type { Produced, Progress } from '../crew/produce.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { answer, type Answer } from './answer.js';
import { artifactLinks } from './artifact-links.js';
import { standing } from './look.js';

/** An episode that an agent wants made: one that is there, or a new one; with the key of one that was begun, that one. */
export type Wanted =
  { sessionId: SessionId } | { topic: string; key: string | undefined; minutes: number | undefined };

/** What makes episodes for agents. Which crew and which sources is for whoever starts the server: an agent that could name a module could run one. */
export interface Producer {
  /** @throws ProductionError `invalid_input` when there is no crew for it. */
  produce(
    manager: ProductionStateManager,
    wanted: Wanted,
    options: { signal: AbortSignal; onProgress: (progress: Progress) => void },
  ): Promise<Produced>;
}

/** How a host follows and stops a call that takes long. */
export interface Following {
  signal: AbortSignal;
  /** `fraction` is of the whole episode, 0 to 1. */
  tell: (fraction: number, message: string) => void;
}

const phaseStarts = { research: 0, script: 0.25, audio: 0.45 } as const;
const phaseShares = { research: 0.25, script: 0.2, audio: 0.55 } as const;

/** Tells the host's progress token, where it gave one, of what has changed by a hundredth. */
export function followingOf({ mcpReq }: ServerContext): Following {
  const { progressToken } = mcpReq._meta ?? {};
  let told = -1;
  return {
    signal: mcpReq.signal,
    tell: (fraction, message) => {
      const progress = Math.round(fraction * 100);
      if (progressToken === undefined || progress <= told) return;
      told = progress;
      void mcpReq
        .notify({
          method: 'notifications/progress',
          params: { progressToken, progress, total: 100, message: message.slice(0, 200) },
        })
        // A host that has gone does not stop the work: its signal does.
        .catch(() => {});
    },
  };
}

const nextByOutcome: Record<Produced['outcome'], string | undefined> = {
  complete: undefined,
  waiting: undefined,
  failed: 'recover_episode with plan says where it can go on; then produce_episode with the session_id',
  interrupted: 'Nothing is lost: produce_episode with the session_id goes on',
  archived: undefined,
};

/** Makes an episode, and answers how it stands when it is complete or somebody else is needed. */
export async function produceEpisode(
  {
    manager,
    producer,
    following,
  }: { manager: ProductionStateManager; producer: Producer | undefined; following: Following },
  wanted: Wanted,
): Promise<Answer> {
  if (!producer)
    throw new ProductionError(
      'invalid_input',
      'this server makes no episodes: a person starts it with showrunner mcp --sources <folder>, or --crew <module>.',
    );
  const { sessionId, outcome, reason } = await producer.produce(manager, wanted, {
    signal: following.signal,
    onProgress: ({ phase, fraction, message }) =>
      following.tell(phaseStarts[phase] + fraction * phaseShares[phase], `${phase}: ${message}`),
  });
  const next = nextByOutcome[outcome];
  return answer(
    {
      ...(await standing(manager, sessionId)),
      outcome,
      ...(reason === null ? {} : { reason: reason.slice(0, 500) }),
      ...(next === undefined ? {} : { next }),
    },
    await artifactLinks(manager, sessionId),
  );
}
