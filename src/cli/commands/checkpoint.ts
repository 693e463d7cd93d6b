import type { Run } from '../command.js';
import { findEpisode } from '../find-episode.js';
import { table } from '../format.js';
import { readJson } from '../read-json.js';
import { needed } from '../usage-error.js';

export const run: Run = async (context, [name = '', checkpointName], { data, save }) => {
  const saves = typeof data === 'string' || save === true;
  if (saves && checkpointName === undefined) needed(undefined, "the checkpoint's name");
  const manager = await context.open({ looks: !saves });
  const sessionId = await findEpisode(manager, name);
  if (checkpointName === undefined) {
    const { checkpoints } = (await manager.getSnapshot(sessionId)).context;
    const rows = Object.entries(checkpoints).map(([each, { phase, at, next, bytes }]) => [
      each,
      phase,
      at,
      next ?? 'the end',
      String(bytes),
    ]);
    return {
      json: { session_id: sessionId, checkpoints },
      text:
        rows.length === 0
          ? 'No checkpoints yet.'
          : table(['name', 'phase', 'saved', 'goes on with', 'bytes'], rows),
    };
  }
  const checkpoint = saves
    ? await manager.createCheckpoint({
        sessionId,
        checkpointName,
        data: typeof data === 'string' ? readJson(data) : null,
      })
    : await manager.loadCheckpoint(sessionId, checkpointName);
  return {
    json: { session_id: sessionId, checkpoint },
    text: saves
      ? `saved ${checkpoint.name} with ${checkpoint.artifacts.length} file(s)`
      : JSON.stringify(checkpoint, undefined, 2),
  };
};
