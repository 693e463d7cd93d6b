import * as z from 'zod';

const ids = z.array(z.string().max(20)).max(40);

/** What is said, and what shows it. */
const Claim = z.strictObject({ id: z.string().max(20), text: z.string().max(600), findings: ids });

/** The plan of an episode. */
export const Outline = z.strictObject({
  segments: z
    .array(
      z.strictObject({
        title: z.string().min(1).max(120),
        words: z.int().min(20).max(5000),
        claims: z.array(Claim).min(1).max(30),
      }),
    )
    .min(1)
    .max(20),
});
export type Outline = z.infer<typeof Outline>;
export type OutlineSegment = Outline['segments'][number];

/** One turn of a host. */
export const Line = z.strictObject({
  speaker: z.enum(['Robin', 'Sam']),
  text: z.string().min(1).max(1500),
  /** The findings that show what it states. */
  sources: ids,
});
export type Line = z.infer<typeof Line>;

export const Draft = z.strictObject({ lines: z.array(Line).min(2).max(200) });

/** What the judge says of each line. Numbers are those in the request, from 1. */
export const Verdicts = z.strictObject({
  verdicts: z
    .array(z.strictObject({ line: z.int().positive(), supported: z.boolean(), why: z.string().max(500) }))
    .max(200),
});

/** Lines written anew. */
export const Revision = z.strictObject({
  lines: z
    .array(z.strictObject({ line: z.int().positive(), text: z.string().min(1).max(1500), sources: ids }))
    .max(200),
});

/** Lines that sound better otherwise. */
export const Polish = z.strictObject({
  lines: z.array(z.strictObject({ line: z.int().positive(), text: z.string().min(1).max(1500) })).max(300),
});
