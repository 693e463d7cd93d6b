import type { Run } from '../command.js';
import { changed } from '../changed.js';

export const run: Run = (context, [name = '', key = '', amount]) =>
  changed(context, name, (manager, sessionId) =>
    manager.settleCost({ sessionId, key, ...(amount === undefined ? {} : { cost: amount }) }),
  );
