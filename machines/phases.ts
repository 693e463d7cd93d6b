import * as z from 'zod';
import { episodeStatuses, phaseNames, phaseStatuses } from './phase-names.js';

export const PhaseName = z.enum(phaseNames);
export type PhaseName = z.infer<typeof PhaseName>;

/** Phase statuses (docs/file-formats.md). */
export const PhaseStatus = z.enum(phaseStatuses);
export type PhaseStatus = z.infer<typeof PhaseStatus>;

/** The seed's episode statuses, and `recovery`, which the seed draws and does not list. */
export const EpisodeStatus = z.enum(episodeStatuses);
export type EpisodeStatus = z.infer<typeof EpisodeStatus>;
