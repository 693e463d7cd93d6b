import type { Run } from '../command.js';
import { changed } from '../changed.js';

export const run: Run = (context, [name = '', key = '']) =>
  changed(context, name, (manager, sessionId) => manager.releaseCost({ sessionId, key }));
