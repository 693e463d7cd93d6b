import type { EpisodeSnapshot, RecordedEvent, SessionId } from '../../machines/index.js';
import type { OpeningSet } from './opening-record.js';
import type { PolicyChange } from './policy-record.js';

/** One accepted event with the snapshots around it. `before` is undefined for `episode.created`. */
export interface DecidedStep {
  sessionId: SessionId;
  event: RecordedEvent;
  before: EpisodeSnapshot | undefined;
  after: EpisodeSnapshot;
  /** An older chart recorded what this one would refuse: it counts, and there is nothing to tell of it. */
  quiet?: true;
}

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
  /** The change of the production's policy, where it makes one. */
  policy?: PolicyChange | undefined;
  /** What an older production had spent outside of its episodes, where it says so. */
  opening?: OpeningSet[] | undefined;
}
