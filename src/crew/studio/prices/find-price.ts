import {
  ProductionError,
  addUsd,
  ceilToMicro,
  formatUsd,
  leftOf,
  leftOfDay,
  leftOfPhase,
  raiseCommand,
  type PhaseName,
  type SessionId,
  type Shortage,
  type Usd,
} from '../../machines/index.js';
import type { Production } from '../production/index.js';
import type { Dollars } from './port.js';

/**
 * Whether what a phase will cost to its end is left: of the day, of the episode for the phases after it too, and of the phase's own budget where that is hard.
 * @throws ProductionError `not_affordable`, with what is short and the commands that help.
 */
export function afford(
  { production, sessionId, phase }: { production: Production; sessionId: SessionId; phase: PhaseName },
  cost: { phase: Dollars; later?: Dollars | undefined },
): void {
  const own = ceilToMicro(cost.phase, 'phase');
  const total = addUsd(own, ceilToMicro(cost.later ?? 0, 'later'));
  production.refresh();
  const { context } = production.episode(sessionId);
  const asked: Shortage[] = [
    ...(context.rules.hardPhaseBudgets
      ? [{ scope: phase, needed: own, left: leftOfPhase(context, phase) }]
      : []),
    { scope: 'total', needed: total, left: leftOf(context) },
    { scope: 'day', needed: own, left: leftOfDay(production.today()) },
  ];
  const short = asked.filter(({ needed, left }) => left < needed);
  if (short.length === 0) return;
  const what = short.map(
    ({ scope, needed, left }) =>
      `${names[scope]} has ${formatUsd(left)} left of the ${formatUsd(needed)} that it may take`,
  );
  const raise = short.map(({ scope, needed, left }) =>
    raiseCommand(sessionId, scope, (needed - left) as Usd),
  );
  throw new ProductionError(
    'not_affordable',
    `${phase} is not begun, and nothing is reserved: ${what.join(', and ')}. Raise it and go on: ${[...raise, `showrunner resume ${sessionId}`].join('; ')}`,
    { sessionId, short },
  );
}

const names = {
  research: 'the budget of research',
  script: 'the budget of script',
  audio: 'the budget of audio',
  total: 'the episode',
  day: 'the day',
} as const satisfies Record<Shortage['scope'], string>;
