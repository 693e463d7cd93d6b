/** The three phases, in order. */
export const phaseNames = ['research', 'script', 'audio'] as const;
export type PhaseName = (typeof phaseNames)[number];

const names: ReadonlySet<unknown> = new Set(phaseNames);

/** Whether a value names a phase. */
export function isPhaseName(value: unknown): value is PhaseName {
  return names.has(value);
}

/** Phase statuses (docs/file-formats.md). */
export const phaseStatuses = ['pending', 'active', 'complete', 'failed', 'skipped'] as const;
export type PhaseStatus = (typeof phaseStatuses)[number];

/** The seed's episode statuses, and `recovery`, which the seed draws and does not list. */
export const episodeStatuses = [
  'initialized',
  'research',
  'script',
  'audio',
  'complete',
  'failed',
  'recovery',
  'archived',
] as const;
export type EpisodeStatus = (typeof episodeStatuses)[number];

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
