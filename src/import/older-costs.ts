import type { PhaseName, Usd } from '../../machines/index.js';
import { readCost } from './amounts.js';
import { choose, plainKey } from './known-keys.js';
import { phaseOf } from './phase-words.js';
import type { Report } from './report.js';
import { isObject, type Json, type Place } from './values.js';

/** Where older programs keep an episode's costs beside its phases. */
export const costsKeys = ['costs', 'phase_costs', 'cost_breakdown', 'cost_by_phase'];

/** `costs: { research: 0.80, total: 1.10 }`, which older programs keep beside the phases; undefined when an amount is none. */
export function readCosts(
  value: Json,
  place: Place,
  report: Report,
): { phases: Partial<Record<PhaseName, Usd>>; others: Usd; total: Usd | undefined } | undefined {
  const keys = [...costsKeys, ...['cost', 'total_cost'].filter((key) => isObject(value[key]))];
  const told = choose(value, keys, place, report);
  const found = {
    phases: {} as Partial<Record<PhaseName, Usd>>,
    others: 0,
    total: undefined as Usd | undefined,
  };
  for (const [key, each] of Object.entries(isObject(told) ? told : {})) {
    const where = `${place(...keys)}.${key.slice(0, 80)}`;
    const cost = readCost(each, where, report);
    if (cost === undefined) return undefined;
    const phase = phaseOf(key);
    if (phase) found.phases[phase] = cost;
    else if (['total', 'total_cost', 'sum'].includes(plainKey(key))) found.total = cost;
    else {
      found.others += cost;
      report.note(
        'warning',
        where,
        `${cost / 1e6} belong to no phase that is known here`,
        'kept on its last phase',
      );
    }
  }
  return { ...found, others: found.others as Usd };
}
