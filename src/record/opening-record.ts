import * as z from 'zod';
import type { Usd } from '../../machines/index.js';

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
