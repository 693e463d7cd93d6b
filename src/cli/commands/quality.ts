import type { Run } from '../command.js';
import { changed } from '../changed.js';
import { numberOf } from '../number-of.js';

export const run: Run = (context, [name = '', score = '', value = '']) =>
  changed(context, name, (manager, sessionId) =>
    manager.recordQuality({
      sessionId,
      name: score,
      value: numberOf(value, score),
    }),
  );
