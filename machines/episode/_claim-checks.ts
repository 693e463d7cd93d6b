import type { Check } from './check.js';
import type { Claim } from './context.js';
import type { EventOf } from './events.js';
import { refuse } from './refusal.js';

/** Who may move an episode: nobody with a lost claim, and nobody else while a claim is alive. */
export const checkMover: Check = (context, event) => {
  const lost = checkClaimNumber(context, event);
  if (lost) return lost;
  const { claim } = context;
  if (!claim || event.claim !== undefined || isOver(claim, event.at)) return null;
  return refuse(
    'claimed_elsewhere',
    `${context.sessionId} is being produced by ${claim.by} (claim ${claim.number}, until ${claim.until}); wait for it, stop it, or pause the episode.`,
  );
};

/** Instants come with and without milliseconds, so their texts do not sort. */
function isOver({ until }: Claim, at: string): boolean {
  return Date.parse(until) <= Date.parse(at);
}

/** An event with a claim number must carry the present one. */
export const checkClaimNumber: Check = (context, event) => {
  if (event.claim === undefined || event.claim === context.claim?.number) return null;
  const holder = context.claim
    ? `${context.claim.by} holds claim ${context.claim.number}`
    : 'nobody holds one';
  return refuse(
    'claim_lost',
    `claim ${event.claim} on ${context.sessionId} is no longer valid (${holder}); stop working on this episode.`,
  );
};

export const checkClaim: Check<EventOf<'lease.claim'>> = (context, event) => {
  const { claim } = context;
  if (!claim || isOver(claim, event.at)) return null;
  return refuse(
    'claimed_elsewhere',
    `${context.sessionId} is being produced by ${claim.by} (claim ${claim.number}, until ${claim.until}); wait for it or stop it.`,
  );
};

export const checkRenew: Check<EventOf<'lease.renew'>> = (context, event) =>
  checkClaimNumber(context, event) ??
  (context.claim
    ? null
    : refuse('claim_lost', `nobody holds a claim on ${context.sessionId}; claim it before working on it.`));
