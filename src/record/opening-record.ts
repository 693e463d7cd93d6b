import * as z from 'zod';
import { addUsd, subtractUsd, type Usd } from '../../machines/index.js';

const Micros = z.custom<Usd>((value) => Number.isSafeInteger(value) && Number(value) >= 0);

/** What a production had spent before its journal began and no episode has: an amount of one place of one older production. Micro-dollars. */
const OpeningBalance = z.object({
  /** The path of the state file or folder that it was imported from. */
  source: z.string().min(1).max(4096),
  /** The place in it: `state.json: total_cost`. */
  where: z.string().min(1).max(500),
  /** The day on which it counts. */
  day: z.iso.date(),
  amount: Micros,
});
export type OpeningBalance = z.infer<typeof OpeningBalance>;

/** An opening balance as a commit sets it; `was` is what it was before, nothing at first. Written since machine version 2. */
const OpeningSet = OpeningBalance.extend({ was: Micros });
export type OpeningSet = z.infer<typeof OpeningSet>;

/** The form of a journal line's opening balances. */
export const OpeningRecord = z.array(OpeningSet).min(1).max(10_000);

export const OpeningBalances = z.array(OpeningBalance);

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
