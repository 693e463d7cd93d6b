import { isFinished, phaseNames } from '../../machines/index.js';
import type { OlderEpisode } from './older-episode.js';
import type { Report } from './report.js';

const nothing = 'there is nothing of what it has made: no data, no checkpoint';

/**
 * The phase that an unfinished episode would go on from must have its work: where that is nowhere, it has failed, and a person decides. Of
 * phases before it, and of episodes that have ended, it is only told.
 */
export function noteLost(episode: OlderEpisode, where: string, report: Report): void {
  const { phases, checkpoints } = episode;
  const complete = phaseNames.filter((name) => phases[name].status === 'complete');
  const lost = complete.filter((name) => !checkpoints.some(({ phase }) => phase === name));
  const isOver = phaseNames.every((name) => isFinished(phases[name].status)) || episode.ended === 'archived';
  const last = complete.at(-1);
  const goesOnFrom = !isOver && last !== undefined && lost.includes(last) ? last : undefined;
  const others = lost.filter((name) => name !== goesOnFrom);
  if (others.length > 0)
    report.note('info', where, `complete: ${others.join(', ')}; ${nothing}`, 'imported without');
  if (goesOnFrom === undefined) return;
  report.note(
    'warning',
    `${where}.${goesOnFrom}`,
    `it is complete, and ${nothing}`,
    'imported as failed: recover makes it anew',
  );
  phases[goesOnFrom] = { ...phases[goesOnFrom], status: 'failed', isLost: true };
  for (const later of phaseNames.slice(phaseNames.indexOf(goesOnFrom) + 1))
    if (!isFinished(phases[later].status)) phases[later] = { ...phases[later], status: 'pending' };
  episode.ended = 'failed';
}
