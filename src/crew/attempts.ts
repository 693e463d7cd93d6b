import type { EpisodeContext, EventOf, FailureCode, Policy, RetryRule } from '../../machines/index.js';
import { backOff } from './outcome.js';

/** How often a key has been called in vain, how long it has waited for that, and whether policy allows no further call. */
export type Tries = NonNullable<EventOf<'operation.released'>['tries']> & { code?: FailureCode | undefined };

type Counted = Pick<EpisodeContext, 'retries'>;

/** What is counted for a key. A held call is not among its attempts until it is made again. */
export function triesOf({ retries }: Counted, key: string): Tries {
  const { attempts = 0, waitedMs = 0, final = false, code } = retryOf({ retries }, key) ?? {};
  return { attempts, waitedMs, final, code };
}

/** When the next call of a key is due; undefined where it may be made at any time. */
export function dueAt(counted: Counted, key: string): string | undefined {
  return retryOf(counted, key)?.notBefore;
}

function retryOf({ retries }: Counted, key: string) {
  return Object.hasOwn(retries, key) ? retries[key] : undefined;
}

/** What policy says to call number `attempt` of a key, which has failed: whether another one follows, and after how long. */
export function nextTry(
  { patienceMs }: Pick<Policy, 'patienceMs'>,
  rule: RetryRule | undefined,
  { attempt, waitedMs, error, random, nowMs }: Failed,
): { waitMs: number; waitedMs: number; again: boolean; final: boolean } {
  const wanted = rule ? backOff(rule, attempt, random, error, nowMs) : 0;
  const again = rule !== undefined && attempt < rule.attempts && waitedMs + wanted <= patienceMs;
  const waitMs = again ? wanted : 0;
  return { waitMs, waitedMs: waitedMs + waitMs, again, final: rule !== undefined && !again };
}

interface Failed {
  attempt: number;
  /** How long the key has waited before. */
  waitedMs: number;
  error: unknown;
  /** 0 to 1, for the jitter of back-off. */
  random: () => number;
  nowMs: number;
}

/**
 * How often policy lets a key be called that its rule makes again: by the rule for what the calls failed with; where nobody knows it (the
 * process ended), by the rule that allows most. Where policy has no rule at all, the operation's leave is enough.
 */
export function mostCalls({ retry }: Pick<Policy, 'retry'>, code: FailureCode | undefined): number {
  const rule = code === undefined ? undefined : retry[code];
  if (rule) return rule.attempts;
  const all = Object.values(retry).map(({ attempts }) => attempts);
  return all.length === 0 ? Infinity : Math.max(...all);
}
