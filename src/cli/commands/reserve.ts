import type { Run } from '../command.js';
import { changed } from '../changed.js';
import type { PhaseName } from '../../../machines/phase-names.js';
import { needed } from '../usage-error.js';
export const run: Run = (context, [name = '', phase = '', operation = '', amount = ''], { key }) =>
  changed(context, name, (manager, sessionId) =>
    manager.reserveCost({
      sessionId,
      phase: phase as PhaseName,
      operation,
      key: needed(key, '--key'),
      maxCost: amount,
    }),
  );
