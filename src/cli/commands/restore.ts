import type { Run } from '../command.js';
import { previewRestore } from '../../calls/checkpoints.js';
import { changed } from '../changed.js';
import { confirm } from '../confirm.js';
import { findEpisode } from '../find-episode.js';
import { standing } from '../format.js';

export const run: Run = async (context, [name = '', checkpointName = ''], options) => {
  const isDryRun = options['dryRun'] === true;
  const manager = await context.open(isDryRun ? { readOnly: true } : {});
  const sessionId = await findEpisode(manager, name);
  const after = await previewRestore(manager.production, sessionId, checkpointName);
  if (isDryRun)
    return {
      json: { episode: after, dry_run: true },
      text: `Would stand: ${standing(after)}\nNothing was done. What comes after ${checkpointName} would be made, and paid for, again.`,
    };
  await confirm(
    context,
    options,
    `Go back to ${checkpointName}? What comes after it is made, and paid for, again: ${standing(after)}.`,
  );
  return changed(context, name, (same, id) => same.restoreCheckpoint({ sessionId: id, checkpointName }));
};
