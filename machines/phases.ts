import * as z from 'zod';

/** The three phases, in order. */
export const phaseNames = ['research', 'script', 'audio'] as const;

export const PhaseName = z.enum(phaseNames);
export type PhaseName = z.infer<typeof PhaseName>;

const names: ReadonlySet<unknown> = new Set(phaseNames);

/** Whether a value names a phase, without asking Zod. */
export function isPhaseName(value: unknown): value is PhaseName {
  return names.has(value);
}

/** Phase statuses (docs/file-formats.md). */
export const PhaseStatus = z.enum(['pending', 'active', 'complete', 'failed', 'skipped']);
export type PhaseStatus = z.infer<typeof PhaseStatus>;

/** The seed's episode statuses, and `recovery`, which the seed draws and does not list. */
export const EpisodeStatus = z.enum([
  'initialized',
  'research',
  'script',
  'audio',
  'complete',
  'failed',
  'recovery',
  'archived',
]);
export type EpisodeStatus = z.infer<typeof EpisodeStatus>;

/** A phase within which work is finished, for good or by decision. */
export function isFinished(status: PhaseStatus): boolean {
  return status === 'complete' || status === 'skipped';
}

/** The name of the checkpoint that completing a phase saves. */
export function completionName(phase: PhaseName): string {
  return `${phase}_complete`;
}

/** The phase that follows, or null after audio. */
export function phaseAfter(phase: PhaseName): PhaseName | null {
  return phaseNames[phaseNames.indexOf(phase) + 1] ?? null;
}
