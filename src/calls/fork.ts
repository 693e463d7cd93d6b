import {
  ProductionError,
  currentPhase,
  isFinished,
  phaseNames,
  rulesUnder,
  type CheckpointRef,
  type EpisodeContext,
  type EventOf,
  type PhaseName,
  type SessionId,
} from '../../machines/index.js';
import type { ArtifactRef } from '../documents/index.js';
import type { Plan, Production } from '../production/index.js';
import { checkpointData, type FoundCheckpoint } from '../record/index.js';
import { openCheckpoint } from './checkpoints.js';
import { stepsFor } from './plans.js';

export interface ForkRequest {
  sessionId: SessionId;
  checkpointName?: string | undefined;
  /** A journal position, instead of a checkpoint. */
  position?: number | undefined;
  /** In the place of what the last phase that is kept has returned. */
  data?: unknown;
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
  /** What the phase to go on with has made so far, where it is the one that the source stopped in. */
  unfinished: readonly ArtifactRef[] | undefined;
}

/**
 * Looks at everything that a fork will copy.
 * @throws ProductionError `checkpoint_unknown`, `artifact_invalid`.
 */
export async function checkFork(production: Production, request: ForkRequest): Promise<CheckedFork> {
  const { sessionId } = request;
  await production.restorePayloads(sessionId);
  const source = production.episode(sessionId).context;
  const { from, resume, context } = await beginning(production, request, source);
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
  if (request.data !== undefined && kept.length === 0)
    throw new ProductionError(
      'invalid_input',
      `data: a fork of ${sessionId} at ${resume} keeps no phase whose data could be replaced; leave it out.`,
      { sessionId, field: 'data' },
    );
  const isHalfDone =
    request.position === undefined && resume === currentPhase(source) && request.data === undefined;
  const unfinished = isHalfDone ? await production.artifacts(sessionId, resume) : undefined;
  return { request, source, context, resume, kept, unfinished };
}

/** Where a fork goes on from: a position, a checkpoint, or the newest that keeps what is finished; where nothing is, the beginning. */
async function beginning(
  production: Production,
  { sessionId, checkpointName, position }: ForkRequest,
  source: EpisodeContext,
): Promise<{ from: string; resume: PhaseName; context: EpisodeContext }> {
  if (position !== undefined) {
    const context = production.stateAt(sessionId, position)?.context;
    const resume = context && currentPhase(context);
    if (context && resume) return { from: `position ${position}`, resume, context };
    throw new ProductionError(
      'invalid_input',
      `position: at ${position} ${sessionId} ${context ? 'was complete: nothing is left to do' : 'did not exist'}; history gives those that there are.`,
      { sessionId, field: 'position' },
    );
  }
  const from = checkpointName ?? latestResumable(production, source.checkpoints, sessionId);
  if (from === undefined)
    return { from: 'the beginning', resume: 'research', context: { ...source, quality: {} } };
  const { resume, context } = await openCheckpoint(production, sessionId, from);
  return { from, resume, context };
}

/** What the source has paid for in the phase that it stopped in, with the results in the fork's own folder. */
async function inheritedResults(
  production: Production,
  { request: { sessionId }, resume }: CheckedFork,
  freshId: SessionId,
): Promise<NonNullable<EventOf<'episode.forked'>['paid']>> {
  const paid: NonNullable<EventOf<'episode.forked'>['paid']> = [];
  for (const [key, { operation, phase, amount, result }] of production.settledKeys(sessionId)) {
    const text = phase === resume ? production.readResult(sessionId, result) : undefined;
    if (text !== undefined)
      paid.push({ key, operation, amount, result: await production.keepResult(freshId, key, text) });
  }
  return paid;
}

/** A new session that goes on from a checkpoint of another, with copies of its artifacts and nothing spent of its own. */
export async function prepareFork(
  production: Production,
  fork: CheckedFork,
  freshId: SessionId,
): Promise<Plan> {
  const { request, source, context, resume, kept, unfinished } = fork;
  production.prepareSession(freshId);
  const checkpoints: Record<string, CheckpointRef> = {};
  const edited = request.data === undefined ? undefined : checkpointData(request.data);
  const payloadOf = ({ payload }: FoundCheckpoint, name: string): FoundCheckpoint['payload'] =>
    edited === undefined || name !== kept.at(-1)?.name
      ? payload
      : { ...payload, data: JSON.parse(production.redactor.data(edited)) as unknown };
  for (const { name, ref, found } of kept) {
    await production.copyArtifacts(request.sessionId, freshId, found.payload.artifacts);
    // The payload goes along as a file of the fork's own, since its journal lines begin with the fork.
    checkpoints[name] = {
      ...ref,
      ...(await production.keepPayload(freshId, name, JSON.stringify(payloadOf(found, name)))),
    };
  }
  if (unfinished) await production.copyArtifacts(request.sessionId, freshId, unfinished);
  const paid = unfinished && (await inheritedResults(production, fork, freshId));
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
        phases: paid ? { ...context.phases, [resume]: source.phases[resume] } : context.phases,
        resume,
        quality: context.quality,
        checkpoints,
        ...(paid ? { paid } : {}),
      }),
      // It is made with what its source was made with.
      ...(source.crew ? stepsFor(view, freshId, { type: 'crew.chosen', ...source.crew }) : []),
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
