import {
  completionName,
  decide,
  keptRejected,
  missedGates,
  phaseAfter,
  type EpisodeSnapshot,
  type PhaseName,
  type SavedCheckpoint,
  type SessionId,
} from '../../machines/index.js';
import type { Plan, Production } from '../production/index.js';
import { loadCheckpoint } from './checkpoints.js';
import { stepsFor, type Draft } from './plans.js';

/** Work that a quality gate had rejected, ready to complete its phase. */
export interface AcceptedWork {
  phase: PhaseName;
  revision: number;
  checkpoint: SavedCheckpoint;
}

interface Score {
  name: string;
  value: number;
}

/** The work that a score lets pass its gates after all; undefined where there is none, or its files are not what they were. */
export async function acceptedWork(
  production: Production,
  sessionId: SessionId,
  score: Score,
): Promise<AcceptedWork | undefined> {
  const found = rejectedIn(production.episode(sessionId), score);
  if (!found) return undefined;
  const { phase, kept } = found;
  await production.restorePayloads(sessionId);
  const { data, artifacts } = loadCheckpoint(production, sessionId, kept);
  try {
    await production.verifyArtifacts(sessionId, artifacts);
  } catch {
    return undefined;
  }
  const checkpoint = await production.keepCheckpoint(sessionId, {
    name: completionName(phase),
    next: phaseAfter(phase),
    data: JSON.stringify(data),
    artifacts,
  });
  return { phase, revision: found.revision, checkpoint };
}

function rejectedIn({ context }: EpisodeSnapshot, { name, value }: Score) {
  const { failure, phases, quality, rules } = context;
  if (failure?.code !== 'quality_rejected' || failure.phase === null) return undefined;
  const { phase } = failure;
  const kept = keptRejected(context, phase);
  const isGood = missedGates({ rules, quality: { ...quality, [name]: value } }, phase).length === 0;
  return kept !== null && isGood ? { phase, kept, revision: phases[phase].revision } : undefined;
}

/** The score; and where it lets rejected work pass, the completion of its phase, in the same commit. Where anything speaks against that, the score alone. */
export function planScore(sessionId: SessionId, score: Score, accepted: AcceptedWork | undefined): Plan {
  return (view) => {
    const alone = stepsFor(view, sessionId, { type: 'quality.recorded', ...score });
    const snapshot = view.episode(sessionId);
    const found = accepted && rejectedIn(snapshot, score);
    if (!found || found.phase !== accepted.phase || found.revision !== accepted.revision) return alone;
    const { phase, checkpoint } = accepted;
    const completes: Draft[] = [
      { type: 'recovery.begin', day: view.day(), free: true },
      { type: 'recovery.resume', phase, accepts: true },
      { type: 'phase.start', phase },
      { type: 'phase.complete', phase, checkpoint },
    ];
    const steps = [...alone, ...stepsFor(view, sessionId, ...completes)];
    return steps.reduce<EpisodeSnapshot | undefined>((before, { event }) => {
      const decision = before && decide(before, event);
      return decision?.accepted ? decision.snapshot : undefined;
    }, snapshot)
      ? steps
      : alone;
  };
}
