import {
  completionName,
  ProductionError,
  currentPhase,
  decide,
  episodeStatus,
  isFinished,
  parseName,
  persist,
  phaseAfter,
  phaseNames,
  type CheckpointRef,
  type PhaseName,
  type SavedCheckpoint,
  type SessionId,
} from '../../machines/index.js';
import type { Plan, Production } from '../production/index.js';
import type { CheckpointPayload } from '../record/index.js';
import type { ArtifactRef } from '../documents/index.js';
import { episodeState, toSecond, type CheckpointContents, type EpisodeState } from '../shapes/index.js';
import { stepsFor } from './plans.js';

/** A checkpoint as the seed shows it, with its name and the files that belong to it. */
export interface LoadedCheckpoint extends CheckpointContents {
  name: string;
  artifacts: ArtifactRef[];
}

/** Saves data, given as JSON text, and the manifest of the phase's folder, durably; the returned reference goes into a commit. */
export async function prepareCheckpoint(
  production: Production,
  sessionId: SessionId,
  phase: PhaseName,
  name: string,
  next: PhaseName | null,
  data: string,
): Promise<SavedCheckpoint> {
  const artifacts = await production.artifacts(sessionId, phase);
  return production.keepCheckpoint(sessionId, { name, next, data, artifacts });
}

/** The checkpoint that completing a phase saves. */
export function completionCheckpoint(
  production: Production,
  sessionId: SessionId,
  phase: PhaseName,
  data: string,
): Promise<SavedCheckpoint> {
  return prepareCheckpoint(production, sessionId, phase, completionName(phase), phaseAfter(phase), data);
}

/** A checkpoint in between: after restoring it, the phase it was saved in is to be done again. */
export async function saveManual(
  production: Production,
  sessionId: SessionId,
  phase: PhaseName,
  name: string,
  data: string,
): Promise<{ saved: (at: string) => LoadedCheckpoint; plan: Plan }> {
  const artifacts = await production.artifacts(sessionId, phase);
  const checkpoint = await production.keepCheckpoint(sessionId, { name, next: phase, data, artifacts });
  return {
    // After the commit nothing may fail any more: what was saved is at hand, whatever became of its file or its name meanwhile.
    saved: (at) =>
      contentsOf(name, { phase, at, next: phase }, { data: JSON.parse(data) as unknown, artifacts }),
    plan: (view) => stepsFor(view, sessionId, { type: 'checkpoint.save', phase, checkpoint }),
  };
}

/**
 * The name of a checkpoint that a caller saves. What completing a phase has saved is the phase's record, for later phases and for restores.
 * @throws ProductionError `invalid_input`.
 */
export function ownName(text: string): string {
  const name = parseName(text, 'checkpointName');
  if (!phaseNames.some((phase) => name === completionName(phase))) return name;
  throw new ProductionError(
    'invalid_input',
    `checkpointName: ${name} is what completing a phase saves; choose another name.`,
    { field: 'checkpointName' },
  );
}

/** The phase that a checkpoint without a phase belongs to: the one under way, or the last. */
export function phaseForCheckpoint(production: Production, sessionId: SessionId): PhaseName {
  return currentPhase(production.episode(sessionId).context) ?? 'audio';
}

/** The name of a checkpoint that `phaseOrName` means: a name, or a phase's newest. */
export function resolveName(
  checkpoints: Record<string, CheckpointRef>,
  phaseOrName: string,
  sessionId: SessionId,
): string {
  const name = parseName(phaseOrName, 'checkpoint');
  if (Object.hasOwn(checkpoints, name)) return name;
  const ofPhase = Object.entries(checkpoints).filter(([, ref]) => ref.phase === name);
  const newest = ofPhase.toSorted(([, a], [, b]) => (a.at < b.at ? 1 : -1))[0];
  if (newest) return newest[0];
  const there = Object.keys(checkpoints).join(', ') || 'none yet';
  throw new ProductionError(
    'checkpoint_unknown',
    `${sessionId} has no checkpoint ${name}; it has: ${there}.`,
    { sessionId, field: 'checkpoint' },
  );
}

/** A checkpoint with its data: from its document if that is what was saved, else from the journal, so it is there when every document is gone. */
export function loadCheckpoint(
  production: Production,
  sessionId: SessionId,
  phaseOrName: string,
): LoadedCheckpoint {
  const { checkpoints } = production.episode(sessionId).context;
  const name = resolveName(checkpoints, phaseOrName, sessionId);
  const ref = checkpoints[name];
  const shown = ref && production.shownCheckpoint(sessionId, name, ref);
  if (ref && shown) return contentsOf(name, ref, shown);
  const { found, ref: saved } = find(production, sessionId, name);
  return contentsOf(name, saved, found.payload);
}

function contentsOf(
  name: string,
  ref: Pick<CheckpointRef, 'phase' | 'at' | 'next'>,
  { data, artifacts }: CheckpointPayload,
): LoadedCheckpoint {
  return {
    phase: ref.phase,
    timestamp: toSecond(ref.at),
    data,
    next_phase: ref.next,
    can_resume: ref.next !== null,
    name,
    artifacts,
  };
}

function find(production: Production, sessionId: SessionId, phaseOrName: string) {
  const { checkpoints } = production.episode(sessionId).context;
  const name = resolveName(checkpoints, phaseOrName, sessionId);
  const ref = checkpoints[name];
  const found = ref && production.checkpoint(sessionId, name, ref);
  if (!ref || !found)
    throw new ProductionError(
      'checkpoint_unknown',
      `the journal has no payload for checkpoint ${name} of ${sessionId}.`,
      { sessionId, field: 'checkpoint' },
    );
  return { name, ref, found };
}

/** A checked checkpoint and where an episode goes on after it. */
export async function openCheckpoint(production: Production, sessionId: SessionId, phaseOrName: string) {
  await production.restorePayloads(sessionId);
  const { name, ref, found } = find(production, sessionId, phaseOrName);
  if (ref.next === null) {
    throw new ProductionError(
      'wrong_state',
      `checkpoint ${name} of ${sessionId} is the end of the episode: nothing is left to resume.`,
      { sessionId, field: 'checkpoint' },
    );
  }
  await production.verifyArtifacts(sessionId, found.payload.artifacts);
  return { name, ref, resume: ref.next, payload: found.payload, context: found.persisted.context };
}

/** Goes back to a checkpoint; missing or altered artifacts are refused, and money stays spent. */
export async function planRestore(
  production: Production,
  sessionId: SessionId,
  phaseOrName: string,
): Promise<Plan> {
  const event = await restoreEvent(production, sessionId, phaseOrName);
  return (view) => stepsFor(view, sessionId, event);
}

/** The episode as it would stand after going back to a checkpoint; refuses as going back does. */
export async function previewRestore(
  production: Production,
  sessionId: SessionId,
  phaseOrName: string,
): Promise<EpisodeState> {
  const event = await restoreEvent(production, sessionId, phaseOrName);
  const decision = decide(production.episode(sessionId), { ...event, at: production.now() });
  if (decision.accepted) return episodeState(persist(decision.snapshot));
  throw new ProductionError(decision.refusal.code, decision.refusal.message, { sessionId });
}

async function restoreEvent(production: Production, sessionId: SessionId, phaseOrName: string) {
  const status = episodeStatus(production.episode(sessionId));
  if (status === 'complete' || status === 'archived') {
    throw new ProductionError(
      'wrong_state',
      `${sessionId} is ${status}: it cannot go back; fork it (showrunner fork ${sessionId}) to work on it again.`,
      { sessionId },
    );
  }
  const { name, ref, resume, context } = await openCheckpoint(production, sessionId, phaseOrName);
  await checkEarlier(production, sessionId, context.phases, resume);
  return {
    type: 'checkpoint.restore' as const,
    name,
    sha256: ref.sha256,
    resume,
    phases: context.phases,
    quality: context.quality,
  };
}

/** Every phase that a restore keeps must still have its artifacts. */
async function checkEarlier(
  production: Production,
  sessionId: SessionId,
  phases: Record<PhaseName, { status: string; checkpoint: string | null }>,
  resume: PhaseName,
): Promise<void> {
  for (const [phase, { status, checkpoint }] of Object.entries(phases)) {
    if (phase === resume) return;
    if (!isFinished(status as 'complete') || checkpoint === null) continue;
    const ref = production.episode(sessionId).context.checkpoints[checkpoint];
    const found = ref && production.checkpoint(sessionId, checkpoint, ref);
    if (found) await production.verifyArtifacts(sessionId, found.payload.artifacts);
  }
}
