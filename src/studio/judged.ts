import { ProductionError, phaseNames, type PersistedEpisode } from '../../machines/index.js';

type Judging = Pick<PersistedEpisode, 'context' | 'value'>;

/** What a judgement would be of now: the SHA-256 of the work in review. It is another one once somebody has edited it, or it was made anew. */
export function judgedOf({ context, value }: Judging): string | null {
  const phase = phaseNames.find(
    (name) => typeof value === 'object' && (value as Record<string, unknown>)[name] === 'review',
  );
  const name = phase && context.phases[phase].checkpoint;
  return name ? (context.checkpoints[name]?.sha256 ?? null) : null;
}

/**
 * A page may be behind: what a person judges is what it has shown. Who does not say what that was judges what there is.
 * @throws ProductionError `wrong_state` where something else waits by now.
 */
export function seeThatItWasShown(episode: Judging, shown: string | null | undefined): void {
  const now = judgedOf(episode);
  if (shown === undefined || shown === null || now === null || shown === now) return;
  const { sessionId } = episode.context;
  throw new ProductionError(
    'wrong_state',
    `what waits for judgement in ${sessionId} is no longer what you were shown: somebody has edited it or sent it back, or it is another phase's; close this, look at it again, and judge that.`,
    { sessionId, field: 'of' },
  );
}
