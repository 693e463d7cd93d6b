import * as z from 'zod';

/** A cost that nobody has told: the whole reservation was booked. Told in this one way by `--json` (`estimates`), list, show, doctor and the studio. */
export const Estimate = z.object({
  key: z.string(),
  /** In decimal dollars. */
  cost: z.number(),
  /** One line for people. */
  text: z.string(),
  /** Commands that correct it, as they are typed; `<…>` and `"…"` are for the person to fill in. */
  next: z.array(z.string()),
});
export type Estimate = z.infer<typeof Estimate>;
