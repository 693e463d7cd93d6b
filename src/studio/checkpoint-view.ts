import { ProductionError, type SessionId } from '../../machines/index.js';
import { previewRestore } from '../calls/checkpoints.js';
import type { ProductionStateManager } from '../manager/manager.js';
import type { CheckpointView } from './api.js';
import { shownJson } from './shown-json.js';

/** What a checkpoint holds, and where going back to it would lead. */
export async function checkpointView(
  manager: ProductionStateManager,
  sessionId: SessionId,
  name: string,
): Promise<CheckpointView> {
  const loaded = await manager.loadCheckpoint(sessionId, name);
  return {
    name: loaded.name,
    resumes: loaded.next_phase,
    data: shownJson(loaded.data),
    files: loaded.artifacts.map(({ path }) => path),
    restore: await restoreOf(manager, sessionId, loaded.name),
  };
}

async function restoreOf(
  manager: ProductionStateManager,
  sessionId: SessionId,
  name: string,
): Promise<CheckpointView['restore']> {
  try {
    const { status, phases, total_cost: spent } = await previewRestore(manager.production, sessionId, name);
    const { research, script, audio } = phases;
    return {
      status,
      phases: { research: research.status, script: script.status, audio: audio.status },
      spent,
    };
  } catch (error) {
    if (error instanceof ProductionError)
      return { refused: manager.production.redactor.message(error.message) };
    throw error;
  }
}
