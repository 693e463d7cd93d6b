import type { Run } from '../command.js';
import { changed } from '../changed.js';

export const run: Run = (context, [name = '', checkpointName = '']) =>
  changed(context, name, (manager, sessionId) => manager.restoreCheckpoint({ sessionId, checkpointName }));
