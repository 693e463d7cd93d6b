import type { Run } from '../command.js';
import { changed } from '../changed.js';
import type { PhaseName } from '../../../machines/phase-names.js';
import { needed } from '../usage-error.js';
export const run: Run = (context, [name = '', phase = ''], { reason }) =>
  changed(context, name, (manager, sessionId) =>
    manager.skipPhase({ sessionId, phase: phase as PhaseName, reason: needed(reason, '--reason') }),
  );
