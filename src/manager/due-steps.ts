import {
  currentPhase,
  rulesUnder,
  stateName,
  type EpisodeSnapshot,
  type Policy,
} from '../../machines/index.js';
import { stepsFor } from '../calls/plans.js';
import type { Step, View } from '../production/index.js';
import { afterHours, approvalDeadline, personWaits, type PersonWait } from '../reports/index.js';

/** What time has decided of an episode that waits for a person: an approval given or refused by policy, a reminder. */
export function dueSteps(found: EpisodeSnapshot, { at, policy }: Pick<View, 'at' | 'policy'>): Step[] {
  // A plan sees the rules of the last event, and its own will be decided under the newest.
  const rules = rulesUnder(policy, found.context.own);
  const snapshot: EpisodeSnapshot = { ...found, context: { ...found.context, rules } };
  const decision = decisionDue(snapshot, at);
  if (decision.length > 0) return decision;
  return personWaits(snapshot, at).flatMap((wait) => reminderDue(snapshot, wait, { at, policy }));
}

function decisionDue(snapshot: EpisodeSnapshot, at: string): Step[] {
  const { context } = snapshot;
  const phase = currentPhase(context);
  if (phase === null || !stateName(snapshot).endsWith('.review')) return [];
  const deadline = approvalDeadline(context, phase);
  if (!deadline || deadline.deed === 'remind' || !isOver(deadline.at, at)) return [];
  const reason = `nobody has answered for ${inWords(deadline.hours)}: approvalDeadline of the policy`;
  const type = deadline.deed === 'approve' ? ('review.approve' as const) : ('review.reject' as const);
  return stepsFor({ at } as View, context.sessionId as never, { type, phase, by: 'policy', reason });
}

function reminderDue(
  { context }: EpisodeSnapshot,
  { id, since, need }: PersonWait,
  { at, policy }: { at: string; policy: Pick<Policy, 'remindEveryHours'> },
): Step[] {
  const remindedAt = (Object.hasOwn(context.notices, id) ? context.notices[id]?.remindedAt : null) ?? null;
  const rule = need.need === 'approval' ? context.rules.approvalDeadline : undefined;
  const first = rule?.do === 'remind' && remindedAt === null ? rule.hours : undefined;
  const every = policy.remindEveryHours ?? undefined;
  const hours = Math.min(first ?? Infinity, every ?? Infinity);
  if (hours === Infinity || !isOver(afterHours(remindedAt ?? since, hours), at)) return [];
  const reason = `nobody has answered for ${inWords(hours)}: ${hours === first ? 'approvalDeadline' : 'remindEveryHours'} of the policy`;
  return stepsFor({ at } as View, context.sessionId as never, { type: 'notice.remind', wait: id, reason });
}

function isOver(deadline: string, at: string): boolean {
  return Date.parse(deadline) <= Date.parse(at);
}

function inWords(hours: number): string {
  return hours === 1 ? 'an hour' : `${hours} hours`;
}
