import type { Run } from '../command.js';
import { changed } from '../changed.js';
import type { PhaseName } from '../../../machines/phases.js';
export const run: Run = (context, [name = '', phase = '', operation = '', amount = ''], { key }) =>
  changed(context, name, (manager, sessionId) =>
    manager.addCost({
      sessionId,
      phase: phase as PhaseName,
      operation,
      cost: amount,
      ...(typeof key === 'string' ? { key } : {}),
    }),
  );
