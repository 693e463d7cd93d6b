import { ProductionError } from '../../machines/index.js';
import { planPolicy, planPolicyFile, type PolicyPlan } from '../calls/policy.js';
import type { Production } from '../production/index.js';
import type { PolicyFile } from './policy-file.js';

interface Brought {
  /** What the program says, by path. */
  policy: ReadonlyMap<string, unknown> | undefined;
  /** Where the program has it from, for the record. */
  policyReason: string | undefined;
  file: PolicyFile | undefined;
  by: string;
}

/** Makes what a program and `policy.json` say of the policy the production's, where it is not already. */
export async function adoptPolicy(
  production: Production,
  { policy, policyReason = 'open({ policy })', file, by }: Brought,
): Promise<void> {
  if (file) await adoptPolicyFile(production, file, by).catch(unlessUnavailable);
  if (policy) await commitNews(production, planPolicy(policy, { by, reason: policyReason, source: 'open' }));
}

/** @throws ProductionError `invalid_input`. */
export async function adoptPolicyFile(production: Production, file: PolicyFile, by: string): Promise<void> {
  const input = file.read();
  if (input === undefined) return;
  await commitNews(production, planPolicyFile(input, { by, reason: 'policy.json has changed' }));
}

/** Most of the time nothing is new, and opening a production is no reason to wait for the disk. */
async function commitNews(production: Production, plan: PolicyPlan): Promise<void> {
  const { policy, policyFile } = production;
  if (plan({ policy, policyFile }).length > 0) await production.commit(plan);
}

/** On a full disk the policy stays what the journal says, and whoever only looks can go on. */
function unlessUnavailable(error: unknown): void {
  if (!(error instanceof ProductionError) || error.code !== 'journal_unavailable') throw error;
}
