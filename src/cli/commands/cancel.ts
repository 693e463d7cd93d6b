import type { Run } from '../command.js';
import { changed } from '../changed.js';
import { needed } from '../usage-error.js';
export const run: Run = (context, [name = ''], { reason }) =>
  changed(context, name, (manager, sessionId) =>
    manager.cancelEpisode({ sessionId, reason: needed(reason, '--reason') }),
  );
