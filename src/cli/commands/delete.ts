import type { Run } from '../command.js';
import { exits } from '../exit-codes.js';
import { findEpisode } from '../find-episode.js';
import { escapeForTerminal } from '../../../machines/escape.js';

export const run: Run = async (context, [name = ''], { confirm, reason }) => {
  const manager = await context.open();
  const sessionId = await findEpisode(manager, name);
  const { topic } = await manager.getEpisodeState(sessionId);
  if (confirm !== true)
    return {
      json: { session_id: sessionId, confirmed: false },
      text: `This would end and archive ${sessionId} ("${escapeForTerminal(topic)}") and move its files to a backup beside ${context.directory}. What it has cost stays spent. Nothing was done; add --confirm to do it.`,
      exit: exits.usage,
    };
  const because = typeof reason === 'string' ? reason : `deleted by ${context.by}`;
  const backup = await manager.deleteEpisode({ sessionId, reason: because });
  return {
    json: { session_id: sessionId, confirmed: true, backup },
    text: `${sessionId} is deleted; its files are in ${backup}\n  bring it back: showrunner unarchive ${sessionId}`,
  };
};
