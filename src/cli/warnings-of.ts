import type { EpisodeContext } from '../../machines/index.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { dayWarnings, episodeWarnings } from '../reports/index.js';
import type { Warning } from '../shapes/index.js';

/** What comes near its end: of the episode, then of the day. */
export function warningsOf({ production }: ProductionStateManager, context: EpisodeContext): Warning[] {
  return [...episodeWarnings(context), ...dayWarnings(production.today(), production.policy.warnAtPercent)];
}
