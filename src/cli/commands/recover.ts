import { escapeForTerminal } from '../../../machines/escape.js';
import type { Run } from '../command.js';
import type { PhaseName } from '../../../machines/phase-names.js';
import { changed } from '../changed.js';
import { findEpisode } from '../find-episode.js';
import { dollars, table } from '../format.js';

export const run: Run = async (context, [name = ''], { phase, plan }) => {
  if (plan !== true) {
    return changed(context, name, (manager, sessionId) =>
      manager.recoverFailedSession(sessionId, typeof phase === 'string' ? { phase: phase as PhaseName } : {}),
    );
  }
  const manager = await context.open({ looks: true });
  const planned = await manager.planRecovery(await findEpisode(manager, name));
  const rows = planned.options.map((option) => [
    option.phase,
    option.keeps.join(', ') || 'nothing',
    option.redoes.join(', '),
    option.expected_cost === null ? 'unknown' : dollars(option.expected_cost),
    dollars(option.left),
    escapeForTerminal(option.reason),
  ]);
  const head = planned.recoverable
    ? ''
    : `It cannot be recovered now: ${escapeForTerminal(planned.reason ?? '')}\n`;
  return {
    json: planned,
    text: `${head}${table(['resume at', 'keeps', 'does', 'expected cost', 'left', 'note'], rows)}`,
  };
};
