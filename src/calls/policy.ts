import { isDeepStrictEqual } from 'node:util';
import {
  changedPolicy,
  policyDifferences,
  policyInput,
  type WholePolicy,
  statedIn,
  type PolicyPaths,
} from '../../machines/index.js';
import type { PolicyStep, View } from '../production/index.js';
import type { PolicyHistoryEntry, PolicySource } from '../record/index.js';

/** A plan that looks at nothing but the policy. */
export type PolicyPlan = (view: Pick<View, 'policy' | 'policyFile'>) => PolicyStep[];

/** Who changes the policy, and why. */
interface Why {
  by: string;
  reason: string;
  source: PolicySource;
}

/** The policy with other values at some paths; no commit where it says all that already. */
export function planPolicy(paths: PolicyPaths, why: Why): PolicyPlan {
  return (view) => {
    const policy = changedPolicy(view.policy, paths);
    const changes = policyDifferences(view.policy, policy);
    return changes.length === 0 ? [] : [{ policy: { ...why, changes, policy } }];
  };
}

/** What `policy.json` says, where that is not what it said when it was last taken in. */
export function planPolicyFile(input: unknown, why: Omit<Why, 'source'>): PolicyPlan {
  const stated = statedIn(input);
  // As the journal will give it back.
  const file: unknown = JSON.parse(JSON.stringify(input));
  return (view) => {
    if (isDeepStrictEqual(view.policyFile, file)) return [];
    const gone = [...statedBefore(view.policyFile)].filter((path) => !stated.has(path));
    const paths = new Map([...gone.map((path) => [path, undefined] as const), ...stated]);
    const policy = changedPolicy(view.policy, paths);
    const changes = policyDifferences(view.policy, policy);
    return [{ policy: { ...why, source: 'file', changes, policy, file } }];
  };
}

function statedBefore(file: unknown): Iterable<string> {
  return file === undefined ? [] : statedIn(file).keys();
}

/** A change of the policy, as callers get it: amounts in decimal dollars. */
export type PolicyPast = Omit<PolicyHistoryEntry, 'policy' | 'file'> & { policy: WholePolicy };

export function policyPast({ policy, file: _file, ...entry }: PolicyHistoryEntry): PolicyPast {
  return { ...entry, policy: policyInput(policy) };
}
