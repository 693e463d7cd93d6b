import {
  ProductionError,
  ceilToMicro,
  classifyError,
  deliveryOf,
  findInError,
  retryAfterOf,
  type FailureCode,
  type RetryRule,
  type Usd,
} from '../../machines/index.js';

/** What a failed call means for money. `unknown`: the provider may have done the work and charged for it. */
export type Charge =
  { kind: 'none' } | { kind: 'known'; cost: Usd; estimated: boolean } | { kind: 'unknown' };

const refusedByWord = new Set<FailureCode>([
  'rate_limited',
  'quota_exceeded',
  'provider_unavailable',
  'content_filtered',
]);
const outcomeUnknown = new Set<FailureCode>(['timeout', 'cancelled', 'worker_lost']);

/**
 * What a failed call has cost. An error may say so itself with a `cost` in dollars; what was never sent, or refused with a status, cost nothing;
 * after a lost connection, a time-out or an abort nobody knows; any other error came with an answer, whose usage is unknown: the whole reservation counts.
 */
export function chargeOf(error: unknown, reserved: Usd): Charge {
  const stated = findInError(error, ({ cost }) => costOf(cost));
  if (stated !== undefined) return { kind: 'known', cost: stated, estimated: false };
  const delivery = deliveryOf(error);
  if (delivery === 'unknown') return { kind: 'unknown' };
  if (delivery === 'unsent' || delivery === 'refused') return { kind: 'none' };
  const { code } = classifyError(error);
  // Somebody else has taken the episode over while the call was under way: its answer was not waited for.
  if (error instanceof ProductionError && error.code === 'claim_lost') return { kind: 'unknown' };
  if (outcomeUnknown.has(code)) return { kind: 'unknown' };
  const isRefused =
    delivery === undefined && refusedByWord.has(code) && !findInError(error, ({ usage }) => usage);
  return isRefused ? { kind: 'none' } : { kind: 'known', cost: reserved, estimated: true };
}

/** Whether an error says that an answer was given and billed, whatever it did cost. */
export function isBilled(error: unknown): boolean {
  const says = ({ cost, usage }: Record<string, unknown>): true | undefined =>
    costOf(cost) !== undefined || usage ? true : undefined;
  return findInError(error, says) === true;
}

/** A provider's word on a cost; undefined when it says nothing that could be true. */
export function costOf(cost: unknown): Usd | undefined {
  if (cost === undefined || cost === null) return undefined;
  try {
    return ceilToMicro(cost, 'cost');
  } catch {
    return undefined;
  }
}

/** How long to wait before attempt number `attempts + 1`: exponential with full jitter, or what the provider asked for when that is longer, at most the rule's `maxMs`. Milliseconds. */
export function backOff(
  rule: RetryRule,
  attempts: number,
  random: () => number,
  error?: unknown,
  nowMs: number = Date.now(),
): number {
  const most = Math.min(rule.maxMs, rule.baseMs * 2 ** (attempts - 1));
  const asked = Math.min(retryAfterOf(error, nowMs) ?? 0, rule.maxMs);
  // What is drawn may be anybody's own function.
  const jitter = Math.min(1, Math.max(0, random() || 0));
  return Math.max(asked, Math.round(most / 2 + (most / 2) * jitter));
}
