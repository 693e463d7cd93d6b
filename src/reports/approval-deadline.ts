import { type ApprovalDeadline, type EpisodeContext, type PhaseName } from '../../machines/index.js';

const hourMs = 3_600_000;

/** Since when a phase's work lies in review, ISO-8601 UTC. */
export function inReviewSince({ phases, checkpoints, updatedAt }: EpisodeContext, phase: PhaseName): string {
  const { checkpoint } = phases[phase];
  return (checkpoint !== null && checkpoints[checkpoint]?.at) || updatedAt;
}

/** When policy decides an approval that nobody gives, and how; undefined where it waits for ever. */
export function approvalDeadline(
  context: EpisodeContext,
  phase: PhaseName,
): { at: string; deed: ApprovalDeadline['do']; hours: number } | undefined {
  const { approvalDeadline: rule } = context.rules;
  if (!rule) return undefined;
  const at = afterHours(inReviewSince(context, phase), rule.hours);
  return { at, deed: rule.do, hours: rule.hours };
}

/** An instant some hours after another. */
export function afterHours(at: string, hours: number): string {
  return new Date(Date.parse(at) + hours * hourMs).toISOString();
}
