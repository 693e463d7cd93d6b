import {
  ProductionError,
  formatUsd,
  hasKey,
  type PhaseName,
  type SessionId,
  type Usd,
} from '../../machines/index.js';
import type { Production } from '../production/index.js';

/** What a key is used for: an operation of a phase, and the most it can cost; what it has cost, where nothing was reserved. */
export interface KeyUse {
  operation: string;
  phase: PhaseName;
  amount: Usd;
}

/** What a key is asked for: without an amount where prices may have changed since it was used. */
export type AskedUse = Omit<KeyUse, 'amount'> & { amount: Usd | undefined };

/** @throws ProductionError `key_reused`, which shows both uses. */
export function refuseOtherUse(
  sessionId: SessionId,
  key: string,
  known: AskedUse,
  use: AskedUse,
  reuseFrom?: PhaseName,
): void {
  if (isSameUse(known, { ...use, phase: reuseFrom ?? use.phase })) return;
  throw reused(
    sessionId,
    key,
    [known, use],
    `give each call a key of its own, or say reuseFrom: '${known.phase}' to use what that phase has paid for`,
  );
}

/** What is reserved, or added, under a key that stands for something else. @throws ProductionError `key_reused`. */
export function refuseReusedKey(
  production: Production,
  sessionId: SessionId,
  { key, ...use }: KeyUse & { key: string },
  amountOf: 'reserved' | 'paid',
): void {
  const known = useOf(production, sessionId, key, amountOf);
  if (known && !isSameUse(known, use))
    throw reused(sessionId, key, [known, use], 'give each cost a key of its own');
}

/** The past is read only where the key has been used. */
function useOf(
  production: Production,
  sessionId: SessionId,
  key: string,
  amountOf: 'reserved' | 'paid',
): KeyUse | undefined {
  const { paid, operations } = production.episode(sessionId).context;
  if (Object.hasOwn(operations, key)) return amountOf === 'reserved' ? operations[key] : undefined;
  const settled = hasKey(paid, key) ? production.settledKeys(sessionId).get(key) : undefined;
  return settled && { ...settled, amount: amountOf === 'paid' ? settled.cost : settled.amount };
}

/** What was kept for one use of a key is of use for the other. */
export function isSameUse(known: AskedUse, use: AskedUse): boolean {
  const isSameAmount = use.amount === undefined || known.amount === use.amount;
  return known.operation === use.operation && isSameAmount && known.phase === use.phase;
}

function reused(
  sessionId: SessionId,
  key: string,
  [known, use]: [AskedUse, AskedUse],
  remedy: string,
): ProductionError {
  return new ProductionError(
    'key_reused',
    `key ${key} of ${sessionId} stands for ${shown(known)}, and was asked for as ${shown(use)}; ${remedy}.`,
    { sessionId, field: 'key' },
  );
}

function shown({ operation, phase, amount }: AskedUse): string {
  return `${operation} in ${phase}${amount === undefined ? '' : ` for at most ${formatUsd(amount)}`}`;
}
