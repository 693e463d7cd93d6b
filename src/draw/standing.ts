import {
  phaseNames,
  stateName,
  toDollars,
  type EpisodeSnapshot,
  type PhaseName,
} from '../../machines/index.js';

/** Where an episode stands, as far as drawings show it. Money in decimal dollars. */
export interface Standing {
  sessionId: string;
  /** `script.review`. */
  state: string;
  money: Record<PhaseName, { spent: number; reserved: number; budget: number }>;
}

export function standingOf(snapshot: EpisodeSnapshot): Standing {
  const { sessionId, phases, budgets } = snapshot.context;
  const money = phaseNames.map((name) => [
    name,
    {
      spent: toDollars(phases[name].spent),
      reserved: toDollars(phases[name].reserved),
      budget: toDollars(budgets[name]),
    },
  ]);
  return { sessionId, state: stateName(snapshot), money: Object.fromEntries(money) as Standing['money'] };
}
