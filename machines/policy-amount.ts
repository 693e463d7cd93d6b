import * as z from 'zod';
import { parseUsd, type Usd } from './usd.js';

/** Decimal dollars as {@link Usd}. */
export function toUsd(amount: number | string, refine: z.core.$RefinementCtx): Usd {
  try {
    return parseUsd(amount, 'amount');
  } catch (error) {
    const message = (error as Error).message.replace(/^amount: /, '').replace(/\.$/, '');
    refine.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
}

/** The same; null is no amount. */
export function toUsdOrNone(amount: number | string | null, refine: z.core.$RefinementCtx): Usd | null {
  return amount === null ? null : toUsd(amount, refine);
}
