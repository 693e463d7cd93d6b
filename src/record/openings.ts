import { addUsd, subtractUsd, type Usd } from '../../machines/index.js';
import type { OpeningBalance, OpeningSet } from './opening-record.js';

/** What opening balances add up to. */
export function sumOf(balances: readonly OpeningBalance[]): Usd {
  return balances.reduce((sum, { amount }) => addUsd(sum, amount), 0 as Usd);
}

/** How much more, or less, a day has with it. */
export function movedBy({ amount, was }: OpeningSet): Usd {
  return subtractUsd(amount, was);
}

type Place = Omit<OpeningBalance, 'amount'>;

const isSame = (a: Place, b: Place): boolean =>
  a.source === b.source && a.where === b.where && a.day === b.day;

/** The balances after a commit has set some. */
export function withOpenings(
  balances: readonly OpeningBalance[],
  set: readonly OpeningSet[],
): OpeningBalance[] {
  const kept = balances.filter((each) => !set.some((one) => isSame(each, one)));
  const there = set.filter(({ amount }) => amount > 0);
  return [...kept, ...there.map(({ was: _was, ...each }) => each)];
}

/** The balance of the same place, day and source. */
export function exactOpening(balances: readonly OpeningBalance[], one: Place): OpeningBalance | undefined {
  return balances.find((each) => isSame(each, one));
}

/** The same; or one that says the same of another source, as where an older production was moved. */
export function sameOpening(
  balances: readonly OpeningBalance[],
  one: OpeningBalance,
): OpeningBalance | undefined {
  return (
    exactOpening(balances, one) ??
    balances.find(({ where, day, amount }) => where === one.where && day === one.day && amount === one.amount)
  );
}
