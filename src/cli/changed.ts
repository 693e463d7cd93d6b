import { escapeForTerminal, rehydrate, type SessionId } from '../../machines/index.js';
import { needsHere } from '../production/needs-here.js';
import type { ProductionStateManager } from '../manager/manager.js';
import { episodeEstimates } from '../reports/index.js';
import type { EpisodeState } from '../shapes/seed.js';
import type { Context, Result } from './command.js';
import { exits } from './exit-codes.js';
import { findEpisode } from './find-episode.js';
import { afterCancel, estimateLines, needLines, standing, warningLines } from './format.js';
import { warningsOf } from './warnings-of.js';

/** Runs a call that changes one episode, and says how it stands afterwards. */
export async function changed(
  context: Context,
  name: string,
  act: (manager: ProductionStateManager, sessionId: SessionId) => Promise<EpisodeState>,
): Promise<Result> {
  const manager = await context.open();
  const sessionId = await findEpisode(manager, name);
  const before = (await manager.getSnapshot(sessionId)).context.failure;
  const episode = await act(manager, sessionId);
  const after = await manager.getSnapshot(sessionId);
  const { failure } = after.context;
  const needs = needsHere(manager.production, rehydrate(after));
  const warnings = warningsOf(manager, after.context);
  const estimates = episodeEstimates(after.context);
  const stopped =
    before === null && (failure?.code === 'budget_exhausted' || failure?.code === 'daily_cap_reached');
  const isTold = needs.some(({ text }) => text === failure?.message);
  const notice = stopped && !isTold ? `\nThe episode has stopped: ${escapeForTerminal(failure.message)}` : '';
  return {
    json: { episode, needs, warnings, estimates, ...(stopped ? { stopped: failure } : {}) },
    text: [
      `${standing(episode, needs)}${notice}`,
      ...needLines(needs),
      ...afterCancel(after),
      ...warningLines(warnings),
      ...estimateLines(estimates),
    ].join('\n'),
    ...(stopped ? { exit: exits.budget } : {}),
  };
}
