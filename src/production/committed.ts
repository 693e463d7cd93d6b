import type { DecidedStep } from './batch.js';

/** A commit that is on disk. */
export interface Committed {
  /** Where its line begins and ends in the journal. */
  position: number;
  end: number;
  at: string;
  /** Which process wrote it. */
  by: string;
  /** Whether this process wrote it. */
  local: boolean;
  steps: DecidedStep[];
}
