import type { Run } from '../command.js';
import { changed } from '../changed.js';
import { scheduleOf } from '../time-of.js';
import { UsageError } from '../usage-error.js';

export const run: Run = (context, [name = ''], options) =>
  changed(context, name, (manager, sessionId) => {
    const times = scheduleOf(options, manager.production.now());
    if (Object.keys(times).length === 0)
      throw new UsageError('say when: --start-at <time>, --due-by <time>, or both');
    return manager.scheduleEpisode({
      sessionId,
      ...times,
      by: context.by,
      ...(typeof options['reason'] === 'string' ? { reason: options['reason'] } : {}),
    });
  });
