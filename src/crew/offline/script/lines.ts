import * as z from 'zod';

/** The two hosts and the flite voices that they speak with. */
export const hosts = [
  { name: 'Robin', voice: 'rms' },
  { name: 'Sam', voice: 'slt' },
] as const;

/** One turn of one host. A line that quotes a source says which sentence it is. */
export const ScriptLine = z.object({
  index: z.number().int().positive(),
  speaker: z.enum(['Robin', 'Sam']),
  voice: z.enum(['rms', 'slt']),
  text: z.string().min(1),
  source: z.object({ finding: z.string(), file: z.string(), sentence: z.number().int() }).nullable(),
  /** 0 is the opening; the close has the highest number. */
  segment: z.number().int().nonnegative(),
});
export type ScriptLine = z.infer<typeof ScriptLine>;

/** `script/script.json`: what the audio phase speaks. */
export const SpokenScript = z.object({
  title: z.string(),
  created_at: z.string(),
  segments: z.array(z.object({ segment: z.number().int(), title: z.string() })),
  sources: z.array(z.object({ file: z.string(), title: z.string() })),
  lines: z.array(ScriptLine).min(1),
});
export type SpokenScript = z.infer<typeof SpokenScript>;
