import { decide, type EpisodeSnapshot } from '../../machines/index.js';
import type { CommitEntry } from './commit.js';
import type { DecidedStep } from './step.js';

/** The steps of an entry, decided again. Where an older chart decided otherwise, the recorded snapshot is what counts. */
export function replaySteps(entry: CommitEntry, start: EpisodeSnapshot | undefined): DecidedStep[] {
  const steps: DecidedStep[] = [];
  let before = start;
  for (const event of entry.events) {
    const decision = decide(before, event);
    const after = decision.accepted ? decision.snapshot : before;
    if (!after) continue;
    steps.push({
      sessionId: entry.session,
      event,
      before,
      after,
      ...(decision.accepted ? {} : { quiet: true }),
    });
    before = after;
  }
  return steps;
}
