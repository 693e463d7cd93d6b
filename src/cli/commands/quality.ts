import type { Run } from '../command.js';
import { changed } from '../changed.js';

export const run: Run = (context, [name = '', score = '', value = '']) =>
  changed(context, name, (manager, sessionId) =>
    manager.recordQuality({
      sessionId,
      name: score,
      value: value.trim() === '' ? Number.NaN : Number(value),
    }),
  );
