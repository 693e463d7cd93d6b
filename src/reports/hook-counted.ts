import * as z from 'zod';

/** How often, per tool. */
const Counts = z.record(z.string(), z.int().nonnegative());

/** What a session's hooks have counted. Money is never here but as what a call might have cost: it is in the journal. */
export const HookCounted = z.object({
  /** Tools without a price. */
  unpriced: Counts.default({}),
  denied: z.int().nonnegative().default(0),
  /** What would have been denied, had the hooks not been in shadow. */
  would_deny: Counts.default({}),
  /** The most that those calls could have cost by their prices. Micro-dollars. */
  would_deny_usd: z.int().nonnegative().default(0),
});
