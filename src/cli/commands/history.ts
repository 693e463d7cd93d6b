import { escapeForTerminal } from '../../../machines/escape.js';
import type { Run } from '../command.js';
import { dollars, longTable } from '../format.js';
import { journalProgress } from '../file-progress.js';
import { findEpisode } from '../find-episode.js';
import { wholeNumberOf } from '../number-of.js';

export const run: Run = async (context, [name = ''], { at }) => {
  const position = typeof at === 'string' ? wholeNumberOf(at, '--at', { least: 0 }) : undefined;
  const manager = await context.open({ looks: true });
  const id = await findEpisode(manager, name);
  if (position !== undefined) {
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
