import { invalidInput } from './episode/invalid-input.js';
import { plainly } from './plain.js';
import { Policy } from './policy.js';

/**
 * Checks a policy and fills in the seed's defaults.
 * @throws ProductionError `invalid_input` naming the field, e.g. `policy.budgets.total`.
 */
export function parsePolicy(input: unknown = {}): Policy {
  const plain = plainly('policy', input, () => Policy);
  if (plain) return plain as Policy;
  const result = Policy.safeParse(input);
  if (result.success) return result.data;
  throw invalidInput(result.error, 'policy');
}
