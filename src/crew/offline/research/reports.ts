import * as z from 'zod';

/** A file that was not read, and why. */
export const SkippedFile = z.object({ file: z.string(), reason: z.string() });
export type SkippedFile = z.infer<typeof SkippedFile>;

/** A sentence chosen from the sources, word for word, with where it stands and why it was chosen. */
export const Finding = z.object({
  id: z.string(),
  text: z.string(),
  file: z.string(),
  source_title: z.string(),
  sentence: z.number().int(),
  paragraph: z.number().int(),
  heading: z.string(),
  /** It leans on the sentence before it ("This …"), which is the finding before it. */
  continues: z.boolean(),
  /** Other files that say something similar. */
  supported_by: z.array(z.string()),
  /** How many other sentences of the sources say something similar. */
  similar_sentences: z.number().int(),
  scores: z.object({ relevance: z.number(), centrality: z.number(), ease: z.number(), total: z.number() }),
});
export type Finding = z.infer<typeof Finding>;

/** `research/research_findings.json`. */
export const ResearchFindings = z.object({
  topic: z.string(),
  created_at: z.string(),
  findings: z.array(Finding),
});
export type ResearchFindings = z.infer<typeof ResearchFindings>;

/** Findings that belong together, in the order in which they are told. */
export const Theme = z.object({
  title: z.string(),
  order: z.number().int(),
  key_terms: z.array(z.string()),
  findings: z.array(z.string()),
});
export type Theme = z.infer<typeof Theme>;

/** `research/synthesis_package.json`. */
export const SynthesisPackage = z.object({
  topic: z.string(),
  topic_coverage: z.number(),
  sources: z.array(z.object({ file: z.string(), title: z.string() })),
  themes: z.array(Theme),
});
export type SynthesisPackage = z.infer<typeof SynthesisPackage>;
