import type { Run } from '../command.js';
import { hookCounts } from '../../reports/index.js';
import { changed } from '../changed.js';
import { hookLines } from '../hook-lines.js';
import type { PhaseName } from '../../../machines/phase-names.js';
export const run: Run = async (context, [name = '', phase = '', operation = '', amount = ''], { key }) => {
  const done = await changed(context, name, (manager, sessionId) =>
    manager.addCost({
      sessionId,
      phase: phase as PhaseName,
      operation,
      cost: amount,
      ...(typeof key === 'string' ? { key } : {}),
    }),
  );
  const hooks = hookCounts(context.directory);
  return {
    ...done,
    json: { ...(done.json as object), hooks },
    text: [done.text, ...hookLines(hooks)].join('\n'),
  };
};
