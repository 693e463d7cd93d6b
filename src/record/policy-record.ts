import * as z from 'zod';
import {
  Actor,
  type Policy,
  Reason,
  invalidInput,
  parsePolicy,
  policyInput,
  type PolicyDifference,
} from '../../machines/index.js';

/** How a change came about: `open({ policy })` or `--policy`, a changed `policy.json`, or somebody who asked for it. */
export const PolicySource = z.enum(['open', 'file', 'asked']);
export type PolicySource = z.infer<typeof PolicySource>;

/** A change of the production's policy. */
export interface PolicyChange {
  by: string;
  reason: string;
  source: PolicySource;
  /** What is different from the policy before. Empty where a changed `policy.json` says what holds already. */
  changes: PolicyDifference[];
  /** The policy from here on. */
  policy: Policy;
  /** What `policy.json` says, where it is the source: what it says no longer goes back to the default. */
  file?: unknown;
}

/** A change of policy as a journal line keeps it: the policy whole, amounts in decimal dollars. */
const PolicyRecord = z.object({
  by: Actor,
  reason: Reason,
  source: PolicySource,
  changes: z.array(z.object({ path: z.string(), from: z.unknown(), to: z.unknown() })),
  policy: z.unknown(),
  file: z.unknown().optional(),
});

/**
 * Reads a change of policy from disk.
 * @throws ProductionError `invalid_input`.
 */
export function decodePolicy(recorded: unknown): PolicyChange {
  const checked = PolicyRecord.safeParse(recorded);
  if (!checked.success) throw invalidInput(checked.error, 'policy');
  return { ...checked.data, policy: parsePolicy(checked.data.policy) };
}

/** The form on disk. */
export function recordedPolicy(change: PolicyChange): object {
  return { ...change, policy: policyInput(change.policy) };
}
