import { parsePlainly } from './parse-plainly.js';
import { Policy } from './policy.js';

/**
 * Checks a policy and fills in the seed's defaults.
 * @throws ProductionError `invalid_input` naming the field, e.g. `policy.budgets.total`.
 */
export function parsePolicy(input: unknown = {}): Policy {
  return parsePlainly('policy', () => Policy, input, 'policy');
}
