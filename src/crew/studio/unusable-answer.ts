import { toDollars, type FailureCode } from '../../../machines/index.js';
import type { Charge } from './types.js';

/**
 * An answer that came, was billed, and cannot be used: the engine settles it with its cost, and calls again where policy has a rule for its code. Without a known cost
 * the whole reservation counts, since an answer was given.
 */
export class UnusableAnswer extends Error {
  override readonly name = 'UnusableAnswer';
  readonly code: FailureCode;
  /** In dollars. */
  readonly cost: number | undefined;
  /** That there was an answer: a refusal by a filter is billed like any other. */
  readonly usage: Charge;

  constructor(
    code: Extract<FailureCode, 'invalid_output' | 'content_filtered'>,
    message: string,
    charge: Charge,
  ) {
    super(message);
    this.code = code;
    this.cost = charge.cost === undefined ? undefined : toDollars(charge.cost);
    this.usage = charge;
  }
}
