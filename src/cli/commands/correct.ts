import { toDollars, valueAt, zeroUsd } from '../../../machines/index.js';
import { changed } from '../changed.js';
import type { Run } from '../command.js';
import { dollars } from '../format.js';
import { needed } from '../usage-error.js';

export const run: Run = async (context, [name = '', key = '', cost = ''], { reason }) => {
  const why = { by: context.by, reason: needed(reason, '--reason') };
  let amounts = { was: 0, now: 0 };
  const result = await changed(context, name, async (manager, sessionId) => {
    const booked = async (): Promise<number> =>
      toDollars(valueAt((await manager.getSnapshot(sessionId)).context.paid, key) ?? zeroUsd);
    const was = await booked();
    const state = await manager.correctCost({ sessionId, key, cost, ...why });
    amounts = { was, now: await booked() };
    return state;
  });
  const { was, now } = amounts;
  return {
    ...result,
    json: { ...result.json, correction: { key, was, now } },
    text: `${key}: ${dollars(was)} before, ${dollars(now)} now; the books keep both\n${result.text}`,
  };
};
