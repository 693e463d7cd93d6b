import * as z from 'zod';

/** Something that only time brings: its time to begin, the end of its worker's sleep, the next day's money, or a provider. Nobody has to do anything, and asking again uses up no recovery. */
export const Wait = z.object({
  for: z.enum(['start', 'sleep', 'day', 'provider']),
  /** From when on asking again can help, ISO-8601 UTC; null where it may be tried at any time. */
  until: z.string().nullable(),
  /** One line for people. */
  text: z.string(),
});
export type Wait = z.infer<typeof Wait>;
