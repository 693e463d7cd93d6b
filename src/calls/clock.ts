import { ProductionError } from '../../machines/index.js';
import type { Plan } from '../production/index.js';

/**
 * That times go on from this machine's clock, where the last commit is ahead of it, or it is ahead of the disk's (`diskBehind`); no commit where
 * it is neither.
 */
export function planAcceptClock(
  why: { by: string; reason: string },
  diskBehind: () => string | undefined,
): Plan {
  const plan: Plan = ({ at, lastAt }) => {
    if (lastAt <= at && (lastAt === '' || diskBehind() === undefined)) return [];
    if (Number.isNaN(Date.parse(at)))
      throw new ProductionError('invalid_input', `the clock says ${at}, which is no time.`, {
        field: 'clock',
      });
    return [{ clock: { ...why, from: lastAt } }];
  };
  return Object.assign(plan, { acceptsClock: true as const });
}
