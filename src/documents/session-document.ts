import { stateName, rehydrate, toDollars, type PersistedEpisode } from '../../machines/index.js';
import { episodeState, type Need } from '../shapes/index.js';
import type { MachineIdentity, SessionDocument } from './shapes.js';

/** The document of a session as it stands. */
export function sessionDocument(
  persisted: PersistedEpisode,
  position: number,
  machine: MachineIdentity,
  needs: Need[],
): SessionDocument {
  const { context } = persisted;
  const { budgets } = context;
  return {
    ...episodeState(persisted),
    state: stateName(rehydrate(persisted)),
    budgets: {
      research: toDollars(budgets.research),
      script: toDollars(budgets.script),
      audio: toDollars(budgets.audio),
      total: toDollars(budgets.total),
    },
    reserved: toDollars(context.money.reserved),
    operations: Object.fromEntries(
      Object.entries(context.operations).map(([key, { operation, phase, amount, state, at }]) => [
        key,
        { operation, phase, max_cost: toDollars(amount), state, since: at },
      ]),
    ),
    failure: context.failure,
    checkpoints: Object.fromEntries(
      Object.entries(context.checkpoints).map(([name, { phase, at, next }]) => [
        name,
        { phase, timestamp: at, next_phase: next },
      ]),
    ),
    forked_from: context.forkedFrom,
    inherited_cost: toDollars(context.money.inherited),
    needs,
    showrunner: { format: 1, machine, position, snapshot: persisted },
  };
}
