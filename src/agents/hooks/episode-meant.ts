import type { EpisodeState } from '../../shapes/index.js';

/** Of the episodes under way the one that a host's session has worked on, else the only one; undefined where there are several, or none. */
export function episodeMeant(
  open: readonly EpisodeState[],
  known: string | undefined,
): EpisodeState | undefined {
  return open.find(({ session_id: id }) => id === known) ?? (open.length === 1 ? open[0] : undefined);
}
