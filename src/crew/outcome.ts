import { classifyError, parseUsd, type FailureCode, type RetryRule, type Usd } from '../../machines/index.js';

/** What a failed call means for money. `unknown`: the provider may have done the work and charged for it. */
export type Charge =
  { kind: 'none' } | { kind: 'known'; cost: Usd; estimated: boolean } | { kind: 'unknown' };

const refusedByProvider = new Set<FailureCode>([
  'rate_limited',
  'quota_exceeded',
  'provider_unavailable',
  'content_filtered',
]);
const outcomeUnknown = new Set<FailureCode>(['timeout', 'cancelled', 'worker_lost']);

/**
 * What a failed call has cost. An error may say so itself with a `cost` in dollars; a provider that refused has charged nothing;
 * after a time-out or an abort nobody knows; any other error came with an answer, whose usage is unknown: the whole reservation counts.
 */
export function chargeOf(error: unknown, reserved: Usd): Charge {
  const stated = costOf((error as { cost?: unknown } | null)?.cost);
  if (stated !== undefined) return { kind: 'known', cost: stated, estimated: false };
  const { code } = classifyError(error);
  if (refusedByProvider.has(code)) return { kind: 'none' };
  return outcomeUnknown.has(code) ? { kind: 'unknown' } : { kind: 'known', cost: reserved, estimated: true };
}

/** A provider's word on a cost; undefined when it says nothing that could be true. */
export function costOf(cost: unknown): Usd | undefined {
  if (cost === undefined || cost === null) return undefined;
  try {
    return parseUsd(cost, 'cost');
  } catch {
    return undefined;
  }
}

/** How long to wait before attempt number `attempts + 1`: exponential with full jitter, or what the provider asked for when that is longer. Milliseconds. */
export function backOff(rule: RetryRule, attempts: number, random: () => number, error?: unknown): number {
  const most = Math.min(rule.maxMs, rule.baseMs * 2 ** (attempts - 1));
  const asked = (error as { retryAfterMs?: unknown } | null)?.retryAfterMs;
  const least =
    typeof asked === 'number' && Number.isFinite(asked) ? Math.min(Math.max(asked, 0), rule.maxMs) : 0;
  return Math.max(least, Math.round(most / 2 + (most / 2) * random()));
}
