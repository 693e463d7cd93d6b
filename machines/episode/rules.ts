import type { Policy } from '../policy.js';
import { phaseNames } from '../phase-names.js';
import type { EpisodeContext, OwnRules, Rules } from './context.js';

/** The rules of an episode under a policy: the policy's, but for those that the episode was given; phases to approve are added up. */
export function rulesUnder(policy: Policy, own: OwnRules): Rules {
  const approvalDeadline = own.approvalDeadline ?? policy.approvalDeadline;
  const asked = new Set([...policy.approvals, ...(own.approvals ?? [])]);
  return {
    warnAtPercent: own.warnAtPercent ?? policy.warnAtPercent,
    hardPhaseBudgets: own.hardPhaseBudgets ?? policy.hardPhaseBudgets,
    approvals: phaseNames.filter((phase) => asked.has(phase)),
    maxRecoveries: own.maxRecoveries ?? policy.maxRecoveries,
    quality: own.quality ?? policy.quality,
    ...(approvalDeadline ? { approvalDeadline } : {}),
  };
}

/** Rules that have been found to be those of a policy: a look for each step, and no more. */
const followed = new WeakMap<Rules, Policy>();

/** The rules that an episode has to change to, to go by the policy; undefined where it does already. */
export function rulesToFollow({ rules, own }: EpisodeContext, policy: Policy): Rules | undefined {
  if (followed.get(rules) === policy) return undefined;
  const wanted = rulesUnder(policy, own);
  if (!isSameRules(rules, wanted)) return wanted;
  followed.set(rules, policy);
  return undefined;
}

function isSameRules(a: Rules, b: Rules): boolean {
  return canonical(a) === canonical(b);
}

function canonical({
  warnAtPercent,
  hardPhaseBudgets,
  approvals,
  maxRecoveries,
  quality,
  approvalDeadline,
}: Rules): string {
  const gates = phaseNames.map((phase) =>
    Object.entries(quality[phase] ?? {}).toSorted(([x], [y]) => (x < y ? -1 : 1)),
  );
  const { hours, do: deed } = approvalDeadline ?? {};
  return JSON.stringify([
    warnAtPercent,
    hardPhaseBudgets,
    approvals.toSorted(),
    maxRecoveries,
    gates,
    hours ?? null,
    deed ?? null,
  ]);
}
