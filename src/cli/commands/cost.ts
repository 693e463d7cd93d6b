import type { Run } from '../command.js';
import { hookCounts } from '../../reports/index.js';
import { changed } from '../changed.js';
import { hookLines } from '../hook-lines.js';
import { inputsOf } from '../inputs-of.js';
import type { CallInput } from '../../../machines/index.js';
import type { PhaseName } from '../../../machines/phase-names.js';

export const run: Run = async (context, [name = '', phase = '', operation = '', amount = ''], { key }) => {
  const keyed = typeof key === 'string' ? { key } : {};
  let inputs: Record<string, CallInput> = {};
  const done = await changed(context, name, async (manager, sessionId) => {
    const cost = { sessionId, phase: phase as PhaseName, operation, cost: amount, ...keyed };
    const state = await manager.addCost(cost);
    // They stand in the journal, which is read for whoever is told of them.
    if (!context.json) return state;
    const { operations } = (await manager.getSnapshot(sessionId)).context;
    inputs = await inputsOf(manager, sessionId, [...Object.keys(operations), ...Object.values(keyed)]);
    return state;
  });
  const hooks = hookCounts(context.directory);
  return {
    ...done,
    json: { ...(done.json as object), inputs, hooks },
    text: [done.text, ...hookLines(hooks)].join('\n'),
  };
};
