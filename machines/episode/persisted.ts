import type { SnapshotFrom } from 'xstate';
import { ProductionError } from '../errors.js';
import { parsePlainly } from '../parse-plainly.js';
import { PersistedEpisode } from './context.js';
import { episodeMachine } from './machine.js';

/** A snapshot of the episode's machine, in memory. */
export type EpisodeSnapshot = SnapshotFrom<typeof episodeMachine>;

/** What `actor.getPersistedSnapshot()` would give, sharing its context; cross a JSON boundary before keeping it. */
export function persist(snapshot: EpisodeSnapshot): PersistedEpisode {
  return {
    status: 'active',
    value: snapshot.value,
    context: snapshot.context,
    children: {},
    historyValue: {},
  };
}

/** A snapshot from its persisted form, which must not be shared with anyone: no copy is made. */
export function rehydrate(persisted: PersistedEpisode): EpisodeSnapshot {
  try {
    return episodeMachine.resolveState({ value: persisted.value, context: persisted.context });
  } catch (error) {
    throw new ProductionError(
      'machine_broken',
      `the state ${JSON.stringify(persisted.value)} is not part of this machine.`,
      { cause: error },
    );
  }
}

/**
 * Checks a persisted episode that came from a file or another program.
 * @throws ProductionError `invalid_input`, naming the field.
 */
export function parsePersisted(input: unknown): PersistedEpisode {
  return parsePlainly('episode', () => PersistedEpisode, input, 'snapshot');
}
