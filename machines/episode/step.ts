import { createActor, type ActorScope } from 'xstate';
import { moved, selected, stayed } from './_xstate-internals.js';
import type { EpisodeCreated, EpisodeEvent } from './events.js';
import { initialContext } from './initial-context.js';
import { episodeMachine } from './machine.js';
import type { EpisodeSnapshot } from './persisted.js';

type EpisodeScope = Parameters<typeof episodeMachine.transition>[2];

// One inert scope for all transitions: making one per call costs eight times the transition (xstate 5.33.3).
let inertScope: EpisodeScope | undefined;

function scope(): EpisodeScope {
  if (inertScope) return inertScope;
  const self = createActor(episodeMachine, { input: placeholder });
  const nothing = (): void => {};
  const made: Pick<
    ActorScope<never, never>,
    'id' | 'sessionId' | 'logger' | 'defer' | 'emit' | 'stopChild' | 'actionExecutor'
  > = {
    id: 'inert',
    sessionId: 'inert',
    logger: nothing,
    defer: nothing,
    emit: nothing,
    stopChild: nothing,
    actionExecutor: nothing,
  };
  inertScope = { ...made, self, system: self.system } as unknown as EpisodeScope;
  return inertScope;
}

const placeholder: EpisodeCreated = {
  type: 'episode.created',
  at: '1970-01-01T00:00:00.000Z',
  sessionId: 'ep_000_19700101_000000',
  episodeNumber: 1,
  topic: '-',
  budgets: { research: 0, script: 0, audio: 0, total: 0 } as EpisodeCreated['budgets'],
  rules: { warnAtPercent: 80, hardPhaseBudgets: false, approvals: [], maxRecoveries: 0, quality: {} },
};

// The first state is the same for every episode: XState is asked once.
let first: EpisodeSnapshot | undefined;

/** The snapshot of an episode just created. Pure. */
export function initialSnapshot(created: EpisodeCreated): EpisodeSnapshot {
  first ??= episodeMachine.getInitialSnapshot(scope(), placeholder);
  return { ...first, context: initialContext(created) };
}

const { actions: implementations } = episodeMachine.implementations;

/** The next snapshot; the same reference when the machine takes no transition. Pure. */
export function nextSnapshot(snapshot: EpisodeSnapshot, event: EpisodeEvent): EpisodeSnapshot {
  const ways = selected(snapshot, event) ?? episodeMachine.getTransitionData(snapshot, event);
  return ways.length === 0
    ? snapshot
    : (stayed(snapshot, event, ways, implementations) ??
        moved(snapshot, event, ways, implementations, () =>
          episodeMachine.transition(snapshot, event, scope()),
        ));
}
