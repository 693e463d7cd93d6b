import { ProductionError, addUsd, formatUsd, parseUsd } from '../../../../machines/index.js';
import type { PhaseContext } from '../../port.js';
import type { StudioSettings } from '../settings.js';
import { estimate } from './estimate.js';

/**
 * Says before the script is begun what it will cost, and does not begin it where that is not left: half a script is paid for nothing. It is looked at once, since what is paid
 * meanwhile is no longer to be paid.
 * @throws ProductionError `budget_exhausted`, `daily_cap_reached`, with what is needed.
 */
export async function forecastScript(
  context: PhaseContext,
  settings: StudioSettings,
  minutes: number,
): Promise<void> {
  const key = 'forecast';
  await context.operation('forecast', { key, maxCost: 0, reconcile: 'retry' }, async () => {
    const { script, audio } = await estimate(settings, minutes, new Date().toISOString());
    const left = await context.left();
    const range = `${formatUsd(script.low)} to ${formatUsd(script.high)}`;
    context.progress(0, `The script will cost ${range}; the episode has $${left.episode} left`);
    for (const [code, what, amount] of [
      ['budget_exhausted', 'the episode', left.episode],
      ['daily_cap_reached', 'the day', left.day],
    ] as const)
      // A script that nobody can be paid to speak is paid for nothing.
      if (parseUsd(amount) < addUsd(script.low, audio.low))
        throw new ProductionError(
          code,
          `The script of ${context.sessionId} will cost ${range}, what it takes to speak it ${formatUsd(audio.low)} to ${formatUsd(audio.high)}, and ${what} has $${amount} left: it is not begun, and nothing was called. Raise the budget, then recover ${context.sessionId}.`,
          { sessionId: context.sessionId },
        );
    return { result: { low: script.low, high: script.high }, cost: 0 };
  });
}
