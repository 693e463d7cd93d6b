import type { Run } from '../command.js';
import { changed } from '../changed.js';

export const run: Run = (context, [name = ''], { reason }) =>
  changed(context, name, (manager, sessionId) =>
    manager.unarchiveEpisode(sessionId, typeof reason === 'string' ? reason : undefined),
  );
