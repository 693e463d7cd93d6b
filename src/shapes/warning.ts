import * as z from 'zod';

/** A budget of which so much is spent that policy warns. Told in this one way by `--json` (`warnings`), list, show, watch, doctor and the studio. */
export const Warning = z.object({
  scope: z.enum(['research', 'script', 'audio', 'total', 'day']),
  /** In decimal dollars, as `budget`. */
  spent: z.number(),
  budget: z.number(),
  /** Of the budget that is spent; above 100 where more is. */
  percent: z.int(),
  /** One line for people. */
  text: z.string(),
});
export type Warning = z.infer<typeof Warning>;
