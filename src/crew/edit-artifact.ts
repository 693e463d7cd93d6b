import {
  ProductionError,
  isPhaseName,
  persist,
  phaseAfter,
  phaseNames,
  rehydrate,
  type EventOf,
  type PhaseName,
  type SessionId,
  currentPhase,
  decide,
  escapeForShell,
} from '../../machines/index.js';
import { parseJson } from '../disk/index.js';
import { loadCheckpoint } from '../calls/checkpoints.js';
import type { Production } from '../production/index.js';
import { checkpointData } from '../record/index.js';
import { ArtifactFiles } from './artifact-files.js';
import type { ArtifactRef } from './port.js';

export interface Edit {
  sessionId: SessionId;
  path: string;
  content: string | Uint8Array;
  by?: string | undefined;
  reason?: string | undefined;
}

/**
 * Writes the edited file and commits the edit with the phase's new manifest. When the process dies between the two, the same edit again mends it.
 * @throws ProductionError `wrong_state`, `invalid_input`.
 */
export async function editArtifact(production: Production, edit: Edit): Promise<void> {
  const { sessionId, path, content } = edit;
  const { phase, name } = placeOf(edit);
  seeThatItParses(edit);
  await production.restorePayloads(sessionId);
  const { checkpoint, loaded, before } = artifactIn(production, edit, phase);
  const files = new ArtifactFiles(production.directory, sessionId, phase, {
    check: () => production.seeJournal(),
    keep: (file) => production.keepFile(sessionId, file),
  });
  const draft = (after: string, saved: EventOf<'artifact.edited'>['checkpoint']) => ({
    type: 'artifact.edited' as const,
    phase,
    path,
    before: before.sha256,
    after,
    checkpoint: saved,
    ...(edit.by === undefined ? {} : { by: edit.by }),
    ...(edit.reason === undefined ? {} : { reason: edit.reason }),
  });
  const keep = (artifacts: ArtifactRef[]) =>
    production.keepCheckpoint(sessionId, {
      name: checkpoint,
      next: phaseAfter(phase),
      data: checkpointData(loaded.data),
      artifacts,
    });
  // The file is touched only when the chart will take the edit.
  const asItWas = await keep(loaded.artifacts);
  const present = rehydrate(persist(production.episode(sessionId)));
  const decision = decide(present, { at: production.now(), ...draft(before.sha256, asItWas) });
  if (!decision.accepted)
    throw new ProductionError(decision.refusal.code, decision.refusal.message, { sessionId });
  const written = await files.writeWhole(name, content);
  const saved = await keep(loaded.artifacts.map((ref) => (ref.path === path ? written : ref)));
  await production.commit((view) => [{ sessionId, event: { at: view.at, ...draft(written.sha256, saved) } }]);
}

function placeOf({ path, sessionId }: Edit): { phase: PhaseName; name: string } {
  const [phase = '', ...rest] = path.split('/');
  if (isPhaseName(phase) && rest.length > 0) return { phase, name: rest.join('/') };
  throw invalid(
    sessionId,
    `${JSON.stringify(path.slice(0, 120))} names no phase's file; write ${phaseNames[1]}/script.json`,
  );
}

/** Workers read what they wrote: a JSON file that is none any more would fail the next phase. */
function seeThatItParses({ path, content, sessionId }: Edit): void {
  if (!path.endsWith('.json')) return;
  try {
    parseJson(typeof content === 'string' ? content : Buffer.from(content).toString('utf8'));
  } catch (error) {
    throw invalid(sessionId, `the edited ${path} is not JSON: ${(error as Error).message}`);
  }
}

function artifactIn(production: Production, { sessionId, path }: Edit, phase: PhaseName) {
  const { checkpoint } = production.episode(sessionId).context.phases[phase];
  if (checkpoint === null)
    throw new ProductionError(
      'wrong_state',
      `${phase} of ${sessionId} is neither in review nor complete: nothing of it can be edited yet.`,
      { sessionId },
    );
  const loaded = loadCheckpoint(production, sessionId, checkpoint);
  const before = loaded.artifacts.find((ref) => ref.path === path);
  if (before) return { checkpoint, loaded, before };
  const there = loaded.artifacts.map((ref) => ref.path).join(', ') || 'none';
  throw invalid(sessionId, `${phase} has made no ${path}; it has: ${there.slice(0, 400)}`);
}

function invalid(sessionId: SessionId, message: string): ProductionError {
  return new ProductionError('invalid_input', `path: ${message}.`, { sessionId, field: 'path' });
}

/**
 * Before an approval: the files of the phase in review are the ones its worker made, or were edited by `editArtifact`.
 * @throws ProductionError `artifact_edited`, saying how to keep the edit.
 */
export async function seeThatNothingIsEdited(production: Production, sessionId: SessionId): Promise<void> {
  await production.restorePayloads(sessionId);
  const { context } = production.episode(sessionId);
  const phase = currentPhase(context);
  const checkpoint = phase && context.phases[phase].checkpoint;
  if (!checkpoint) return;
  const { artifacts } = loadCheckpoint(production, sessionId, checkpoint);
  for (const ref of artifacts) {
    try {
      await production.verifyArtifacts(sessionId, [ref]);
    } catch (error) {
      if (!(error instanceof ProductionError) || error.code !== 'artifact_invalid') throw error;
      const file = `${production.directory}/${sessionId}/${ref.path}`;
      throw new ProductionError(
        'artifact_edited',
        `${ref.path} of ${sessionId} is not as its worker made it. Keep the edit: showrunner edit ${sessionId} ${escapeForShell(ref.path)} --from ${escapeForShell(file)}, or put the file back as it was; then approve.`,
        { sessionId, cause: error },
      );
    }
  }
}
