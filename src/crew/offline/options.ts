import * as z from 'zod';
import { invalidInput } from '../../../machines/episode/invalid-input.js';
import { ProductionError } from '../../../machines/errors.js';
import { minutesRange, secondsRange, usualMinutes } from '../own-ranges.js';
import type { PhaseContext } from '../port.js';

/** What the caller of `produce` passes for this crew; other keys are ignored. */
export const OfflineOptions = z.object({
  /** Folders or files to quote from; relative paths start at the working directory. */
  sources: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  /** Wished length; the episode is shorter when the sources do not carry it. */
  minutes: z.number().min(minutesRange.least).max(minutesRange.most).default(usualMinutes),
  /** Integrated loudness of the finished episode, in LUFS. */
  loudness: z.number().min(-30).max(-14).default(-16),
  /** What reading one source may take, in seconds of a processor; by default two, and two and a half for each megabyte. */
  source_seconds: z.number().min(secondsRange.least).max(secondsRange.most).optional(),
});
export type OfflineOptions = z.infer<typeof OfflineOptions>;

/** Parses `context.options`; throws `invalid_input` naming the option. */
export function readOptions(context: PhaseContext): OfflineOptions {
  const parsed = OfflineOptions.safeParse(context.options);
  if (parsed.success) return parsed.data;
  const field = parsed.error.issues[0]?.path.join('.') ?? 'options';
  throw new ProductionError(
    'invalid_input',
    `The demonstration crew cannot use its options: ${invalidInput(parsed.error, 'options').message} Pass e.g. { sources: 'docs', minutes: 3 }.`,
    { sessionId: context.sessionId, field, cause: parsed.error },
  );
}
