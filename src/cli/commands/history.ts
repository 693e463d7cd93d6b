import { escapeForTerminal } from '../../../machines/escape.js';
import type { Run } from '../command.js';
import { dollars, longTable } from '../format.js';
import { journalProgress } from '../file-progress.js';
import { findEpisode } from '../find-episode.js';
import { UsageError } from '../usage-error.js';

export const run: Run = async (context, [name = ''], { at }) => {
  const manager = await context.open({ looks: true });
  const id = await findEpisode(manager, name);
  if (at !== undefined) {
    const position = Number(at);
    if (!Number.isSafeInteger(position))
      throw new UsageError('--at: a journal position is a whole number; showrunner history lists them');
    const snapshot = await manager.stateAt(id, position);
    return { json: { session_id: id, position, snapshot }, text: JSON.stringify(snapshot, undefined, 2) };
  }
  const events = await manager.history(id, { onJournal: journalProgress(context, 'reading the journal') });
  const rows = events.map((event) => [
    String(event.position),
    event.at,
    event.type,
    event.state,
    dollars(event.total_cost),
    escapeForTerminal(event.by),
  ]);
  return {
    json: { session_id: id, events },
    text: longTable(['position', 'at', 'event', 'state after', 'spent', 'by'], rows),
  };
};
