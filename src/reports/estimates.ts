import type { EpisodeContext } from '../../machines/episode/context.js';
// Not from the index: a listing starts without the chart.
import { keysAndValues } from '../../machines/episode/key-tree.js';
import { correctCommand } from '../../machines/settle-command.js';
import { formatUsd, toDollars } from '../../machines/usd.js';
import type { Estimate } from '../shapes/index.js';

/** The episode's costs that nobody has told and nobody has corrected yet, by key. */
export function episodeEstimates({
  sessionId,
  estimates,
}: Pick<EpisodeContext, 'sessionId' | 'estimates'>): Estimate[] {
  return keysAndValues(estimates)
    .filter(([, cost]) => cost > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, cost]) => ({
      key,
      cost: toDollars(cost),
      text: `nobody said what ${key} did cost: its reservation, ${formatUsd(cost)}, is booked`,
      next: [correctCommand(sessionId, key)],
    }));
}
