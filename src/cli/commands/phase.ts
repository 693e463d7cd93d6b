import type { Run } from '../command.js';
import type { PhaseName, PhaseStatus } from '../../../machines/phase-names.js';
import { changed } from '../changed.js';
import { readJson } from '../read-json.js';

export const run: Run = (context, [name = '', phase = '', status = ''], { cost, reason, error, data }) =>
  changed(context, name, (manager, sessionId) =>
    manager.updatePhase({
      sessionId,
      phase: phase as PhaseName,
      status: status as PhaseStatus,
      ...(typeof cost === 'string' ? { cost } : {}),
      ...(typeof reason === 'string' ? { reason } : {}),
      ...(typeof error === 'string' ? { error } : {}),
      ...(typeof data === 'string' ? { data: readJson(data) } : {}),
    }),
  );
