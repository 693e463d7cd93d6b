import { dollars, percent } from '../format.js';

interface Money {
  spent: number;
  reserved: number;
  /** Null is without a limit. */
  budget: number | null;
  warnAt?: number | null;
}

export function moneyLevel({ spent, reserved, budget, warnAt }: Money): 'calm' | 'warn' | 'stop' {
  if (budget === null) return 'calm';
  if (spent >= budget && spent > 0) return 'stop';
  return spent + reserved >= (warnAt ?? budget) && spent + reserved > 0 ? 'warn' : 'calm';
}

/** Spent, reserved and left of a budget, with the line at which it warns. The numbers stand beside it; this is read out as one sentence. */
export function MoneyBar(money: Money) {
  const { spent, reserved, budget, warnAt } = money;
  const whole = Math.max(budget ?? 0, spent + reserved) || 1;
  const share = (amount: number): string => `${(amount / whole) * 100}%`;
  const words =
    budget === null
      ? `${dollars(spent)} spent, ${dollars(reserved)} reserved, no limit`
      : `${dollars(spent)} spent and ${dollars(reserved)} reserved of ${dollars(budget)}, ${percent(spent + reserved, budget)}`;
  return (
    <span class={`money-bar money-${moneyLevel(money)}`} role="img" aria-label={words}>
      <span class="money-spent" style={{ width: share(spent) }} />
      <span class="money-reserved" style={{ width: share(reserved) }} />
      {warnAt != null && warnAt < whole && <span class="money-line" style={{ left: share(warnAt) }} />}
    </span>
  );
}
