import {
  ProductionError,
  isFinished,
  phaseNames,
  rulesUnder,
  type CheckpointRef,
  type EpisodeContext,
  type PhaseName,
  type SessionId,
} from '../../machines/index.js';
import type { Plan, Production } from '../production/index.js';
import type { FoundCheckpoint } from '../record/index.js';
import { openCheckpoint } from './checkpoints.js';
import { stepsFor } from './plans.js';

export interface ForkRequest {
  sessionId: SessionId;
  checkpointName?: string | undefined;
  episodeNum?: number | undefined;
  topic?: string | undefined;
}

/** A fork whose source has been found whole. */
interface CheckedFork {
  request: ForkRequest;
  source: EpisodeContext;
  /** The source as the checkpoint has it, and the phase to go on with. */
  context: EpisodeContext;
  resume: PhaseName;
  kept: { name: string; ref: CheckpointRef; found: FoundCheckpoint }[];
}

/**
 * Looks at everything that a fork will copy.
 * @throws ProductionError `checkpoint_unknown`, `artifact_invalid`.
 */
export async function checkFork(production: Production, request: ForkRequest): Promise<CheckedFork> {
  const { sessionId } = request;
  const source = production.episode(sessionId).context;
  const from = request.checkpointName ?? latestResumable(production, source.checkpoints, sessionId);
  // Nothing of it is finished: the fork begins at the beginning.
  if (from === undefined)
    return { request, source, context: { ...source, quality: {} }, resume: 'research', kept: [] };
  const { resume, context } = await openCheckpoint(production, sessionId, from);
  const missing = unfinishedBefore(context, resume);
  if (missing)
    throw new ProductionError(
      'phase_out_of_order',
      `${sessionId} cannot be forked from ${from}: ${missing} was not finished there (it waited for approval, or was rejected); fork from an earlier checkpoint, or approve it first.`,
      { sessionId, field: 'checkpointName' },
    );
  const kept: CheckedFork['kept'] = [];
  for (const name of phaseNames
    .slice(0, phaseNames.indexOf(resume))
    .flatMap((phase) => context.phases[phase].checkpoint ?? [])) {
    const ref = context.checkpoints[name];
    if (!ref) continue;
    const found = production.checkpoint(sessionId, name, ref);
    if (!found)
      throw new ProductionError(
        'checkpoint_unknown',
        `the journal has no payload for checkpoint ${name} of ${sessionId}.`,
        { sessionId, field: 'checkpointName' },
      );
    await production.verifyArtifacts(sessionId, found.payload.artifacts);
    kept.push({ name, ref, found });
  }
  return { request, source, context, resume, kept };
}

/** A new session that goes on from a checkpoint of another, with copies of its artifacts and nothing spent of its own. */
export async function prepareFork(
  production: Production,
  { request, source, context, resume, kept }: CheckedFork,
  freshId: SessionId,
): Promise<Plan> {
  production.prepareSession(freshId);
  const checkpoints: Record<string, CheckpointRef> = {};
  for (const { name, ref, found } of kept) {
    await production.copyArtifacts(request.sessionId, freshId, found.payload.artifacts);
    // The payload goes along as a file of the fork's own, since its journal lines begin with the fork.
    checkpoints[name] = {
      ...ref,
      ...(await production.keepPayload(freshId, name, JSON.stringify(found.payload))),
    };
  }
  return (view) => {
    if (view.has(freshId))
      throw new ProductionError('claimed_elsewhere', `${freshId} was taken meanwhile; try again.`, {
        sessionId: freshId,
      });
    const created = {
      type: 'episode.created' as const,
      at: view.at,
      sessionId: freshId,
      episodeNumber: request.episodeNum ?? source.episodeNumber,
      topic: request.topic ?? source.topic,
      // What was decided for the episode holds for its fork: an approval that is asked for, a budget of its own.
      budgets: source.budgets,
      rules: rulesUnder(view.policy, source.own),
      own: source.own,
      forkedFrom: request.sessionId,
      inherited: source.money.spent,
    };
    return [
      { sessionId: freshId, event: created },
      ...stepsFor(view, freshId, {
        type: 'episode.forked',
        phases: context.phases,
        resume,
        quality: context.quality,
        checkpoints,
      }),
    ];
  };
}

function unfinishedBefore({ phases }: EpisodeContext, resume: PhaseName): PhaseName | undefined {
  return phaseNames.slice(0, phaseNames.indexOf(resume)).find((phase) => !isFinished(phases[phase].status));
}

/** The checkpoint that keeps the most of what is finished: work that waits for approval is not. Undefined where nothing is. */
function latestResumable(
  production: Production,
  checkpoints: Record<string, CheckpointRef>,
  sessionId: SessionId,
): string | undefined {
  const order = (phase: PhaseName | null): number => (phase === null ? -1 : phaseNames.indexOf(phase));
  const isWhole = ([name, ref]: [string, CheckpointRef]): boolean => {
    const found = ref.next === null ? undefined : production.checkpoint(sessionId, name, ref);
    return (
      found !== undefined && unfinishedBefore(found.persisted.context, ref.next ?? 'research') === undefined
    );
  };
  return Object.entries(checkpoints)
    .filter(([, ref]) => ref.next !== null)
    .toSorted(([, a], [, b]) => order(b.next) - order(a.next) || (a.at < b.at ? 1 : -1))
    .find(isWhole)?.[0];
}
