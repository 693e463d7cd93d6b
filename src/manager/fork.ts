import {
  ProductionError, phaseNames, type CheckpointRef, type PhaseName, type SessionId,
} from '../../machines/index.js';
import { findCheckpoint, type Plan, type Production } from '../production/index.js';
import { known, openCheckpoint } from './checkpoints.js';
import { rulesOf, stepsFor } from './plans.js';

export interface ForkRequest {
  sessionId: SessionId;
  checkpointName?: string | undefined;
  episodeNum?: number | undefined;
  topic?: string | undefined;
}

/** A new session that goes on from a checkpoint of another, with copies of its artifacts and nothing spent of its own. */
export async function prepareFork(production: Production, request: ForkRequest, freshId: SessionId): Promise<Plan> {
  const source = known(production, request.sessionId).context;
  const name = request.checkpointName ?? latestResumable(source.checkpoints, request.sessionId);
  const { resume, context } = await openCheckpoint(production, request.sessionId, name);
  const kept = phaseNames.slice(0, phaseNames.indexOf(resume)).flatMap((phase) => context.phases[phase].checkpoint ?? []);
  production.documents.prepareSession(freshId);
  const checkpoints: Record<string, CheckpointRef> = {};
  for (const each of kept) {
    const ref = context.checkpoints[each];
    if (ref) checkpoints[each] = await copyCheckpoint(production, request.sessionId, freshId, each, ref);
  }
  return (view) => {
    if (view.has(freshId)) throw new ProductionError('claimed_elsewhere', `${freshId} was taken meanwhile; try again.`, { sessionId: freshId });
    const created = {
      type: 'episode.created' as const, at: view.at, sessionId: freshId,
      episodeNumber: request.episodeNum ?? source.episodeNumber, topic: request.topic ?? source.topic,
      budgets: view.policy.budgets, rules: rulesOf(view.policy), forkedFrom: request.sessionId, inherited: source.money.spent,
    };
    return [
      { sessionId: freshId, event: created },
      ...stepsFor(view, freshId, { type: 'episode.forked', phases: context.phases, resume, quality: context.quality, checkpoints }),
    ];
  };
}

/** The payload goes along as a file of the fork's own, since its journal lines begin with the fork. */
async function copyCheckpoint(production: Production, from: SessionId, to: SessionId, name: string, ref: CheckpointRef): Promise<CheckpointRef> {
  const found = findCheckpoint(production.journal, production.documents, from, name, ref);
  if (!found) throw new ProductionError('checkpoint_unknown', `the journal has no payload for checkpoint ${name} of ${from}.`, { sessionId: from });
  await production.documents.copyArtifacts(from, to, found.payload.artifacts);
  const saved = await production.documents.writePayload(to, name, JSON.stringify(found.payload));
  return { ...ref, ...saved };
}

function latestResumable(checkpoints: Record<string, CheckpointRef>, sessionId: SessionId): string {
  const order = (phase: PhaseName | null): number => (phase === null ? -1 : phaseNames.indexOf(phase));
  const best = Object.entries(checkpoints)
    .filter(([, ref]) => ref.next !== null)
    .toSorted(([, a], [, b]) => order(b.next) - order(a.next) || (a.at < b.at ? 1 : -1))[0];
  if (best) return best[0];
  throw new ProductionError('checkpoint_unknown', `${sessionId} has no checkpoint to fork from yet.`, { sessionId, field: 'checkpointName' });
}
