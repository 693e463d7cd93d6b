import * as z from 'zod';
import { failureCodes } from './failures.js';
import { PhaseName } from './phases.js';

/** {@link failureCodes} */
export const FailureCode = z.enum(failureCodes);
export type FailureCode = z.infer<typeof FailureCode>;

/** Why an episode is in `failed`. */
export const Failure = z.object({
  code: FailureCode,
  /** The phase it happened in; null when no phase was under way. */
  phase: PhaseName.nullable(),
  message: z.string(),
  /** Whether the same work may succeed when it is tried again as it is. */
  retryable: z.boolean(),
  /** Which attempt of the phase failed, from 1; 0 when it had not begun. */
  attempt: z.int().nonnegative(),
  at: z.string(),
  /** When more of the money that had come to its end was given, ISO-8601 UTC: it can be recovered. */
  raisedAt: z.string().optional(),
});
export type Failure = z.infer<typeof Failure>;
