import { persist } from '../../machines/index.js';
import type { CheckpointDocument } from '../documents/index.js';
import { toSecond } from '../shapes/index.js';
import type { PendingCheckpoint } from './checkpoints.js';
import type { CheckpointPayload } from '../record/payload.js';

/** A checkpoint's document (docs/file-formats.md); undefined when a later one has taken its name since. */
export function checkpointShown(
  pending: PendingCheckpoint,
  machine: CheckpointDocument['showrunner']['machine'],
): CheckpointDocument | undefined {
  const { name, after, position } = pending;
  const ref = after.context.checkpoints[name];
  if (!ref) return undefined;
  const payload = pending.payload as CheckpointPayload | undefined;
  return {
    phase: ref.phase,
    timestamp: toSecond(ref.at),
    data: payload?.data ?? null,
    next_phase: ref.next,
    can_resume: ref.next !== null,
    name,
    artifacts: payload?.artifacts ?? [],
    sha256: ref.sha256,
    bytes: ref.bytes,
    data_file: ref.file,
    showrunner: { format: 1, machine, position, snapshot: persist(after) },
  };
}
