import {
  decide,
  initialSnapshot,
  parsePolicy,
  type EpisodeCreated,
  type EpisodeEvent,
  type EpisodeSnapshot,
  type Policy,
  type PolicyInput,
} from '../../machines/index.js';

export const t0 = '2025-09-03T14:30:22.000Z';

export function rulesOf(policy: Policy): EpisodeCreated['rules'] {
  const { warnAtPercent, hardPhaseBudgets, approvals, maxRecoveries, quality } = policy;
  return { warnAtPercent, hardPhaseBudgets, approvals, maxRecoveries, quality };
}

export function created(policyInput: PolicyInput = {}): EpisodeCreated {
  const policy = parsePolicy(policyInput);
  return {
    type: 'episode.created',
    at: t0,
    sessionId: 'ep_001_20250903_143022',
    episodeNumber: 1,
    topic: 'The Dirty Secret',
    budgets: policy.budgets,
    rules: rulesOf(policy),
  };
}

export function newEpisode(policyInput: PolicyInput = {}): EpisodeSnapshot {
  return initialSnapshot(created(policyInput));
}

/** The snapshot after accepted events; throws on a refusal. */
export function apply(snapshot: EpisodeSnapshot, ...events: EpisodeEvent[]): EpisodeSnapshot {
  return events.reduce((before, event) => {
    const decision = decide(before, event);
    if (!decision.accepted)
      throw new Error(`${event.type}: ${decision.refusal.code}: ${decision.refusal.message}`);
    return decision.snapshot;
  }, snapshot);
}
