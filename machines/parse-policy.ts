import { ProductionError } from './errors.js';
import { plainly } from './plain.js';
import { Policy } from './policy.js';

/**
 * Checks a policy and fills in the seed's defaults.
 * @throws ProductionError `invalid_input` naming the field, e.g. `policy.budgets.total`.
 */
export function parsePolicy(input: unknown = {}): Policy {
  const plain = plainly('policy', input);
  if (plain) return plain as Policy;
  const result = Policy.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const field = ['policy', ...(issue?.path ?? []), ...unknown].join('.').slice(0, 200);
  throw new ProductionError('invalid_input', `${field}: ${issue?.message ?? 'is not valid'}.`, { field });
}
