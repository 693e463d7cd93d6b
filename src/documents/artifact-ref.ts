import * as z from 'zod';

/** One file that a phase made. */
export interface ArtifactRef {
  /** Path inside the session's folder, with forward slashes: `research/research_findings.json`. */
  path: string;
  /** Lower-case hexadecimal SHA-256 of the bytes. */
  sha256: string;
  /** Size in bytes. */
  bytes: number;
}

export const ArtifactRef: z.ZodType<ArtifactRef> = z.object({
  path: z.string(),
  sha256: z.string(),
  bytes: z.int().nonnegative(),
});
