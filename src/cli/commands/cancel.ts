import type { Run } from '../command.js';
import { changed } from '../changed.js';
import { confirm } from '../confirm.js';
import { needed } from '../usage-error.js';

export const run: Run = (context, [name = ''], options) =>
  changed(context, name, async (manager, sessionId) => {
    const reason = needed(options['reason'], '--reason');
    await confirm(context, options, `Stop ${sessionId} for good? It can be forked, and not recovered.`);
    return manager.cancelEpisode({ sessionId, reason });
  });
