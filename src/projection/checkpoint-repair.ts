import {
  completionName,
  machineVersion,
  phaseNames,
  type CheckpointRef,
  type PhaseName,
  type SessionId,
} from '../../machines/index.js';
import type { CheckpointDocument, Documents } from '../documents/index.js';
import { toSecond } from '../shapes/index.js';
import type { JournalPort } from '../journal/index.js';
import type { CommitEntry } from '../record/commit.js';
import { checkpointShown } from './checkpoint-document.js';
import { stateAfter, type RecordedState } from '../record/decode.js';
import { inMemory, scanSession } from '../record/replay.js';
import type { PendingCheckpoint } from './checkpoints.js';

type Checkpoints = Readonly<Record<string, CheckpointRef>>;

/** The phases of which a checkpoint's document is missing, torn, an old one, or of an older machine version. */
export function damagedPhases(
  documents: Documents,
  sessionId: SessionId,
  checkpoints: Checkpoints,
): PhaseName[] {
  return phaseNames.filter((phase) => {
    const names = Object.keys(checkpoints).filter((name) => checkpoints[name]?.phase === phase);
    if (names.length === 0) return false;
    const newest = documents.readCheckpoint(sessionId, phase);
    if (newest?.phase !== phase || isOlder(newest) || !isCurrent(newest, checkpoints)) return true;
    return names.some((name) => {
      if (name === completionName(phase)) return false;
      const document = documents.readCheckpoint(sessionId, { name });
      return !document || isOlder(document) || document.sha256 !== checkpoints[name]?.sha256;
    });
  });
}

function isOlder({ showrunner }: CheckpointDocument): boolean {
  return showrunner.machine.version < machineVersion;
}

function isCurrent(
  { name, phase, sha256, timestamp }: CheckpointDocument,
  checkpoints: Checkpoints,
): boolean {
  if (Object.hasOwn(checkpoints, name)) return checkpoints[name]?.sha256 === sha256;
  // One that a restore has left behind is still the newest that the phase has saved.
  return Object.values(checkpoints).every((each) => each.phase !== phase || timestamp >= toSecond(each.at));
}

/** Makes the documents of these phases' checkpoints again from the journal, the newest last. */
export async function rewriteCheckpoints(
  {
    journal,
    documents,
    machine,
  }: { journal: JournalPort; documents: Documents; machine: CheckpointDocument['showrunner']['machine'] },
  sessionId: SessionId,
  phases: readonly PhaseName[],
): Promise<void> {
  for (const saved of savedIn(journal, sessionId, phases)) {
    const document = checkpointShown(saved, machine);
    if (document) await documents.writeCheckpoint(sessionId, document);
  }
}

function savedIn(
  journal: JournalPort,
  sessionId: SessionId,
  phases: readonly PhaseName[],
): PendingCheckpoint[] {
  const saved = new Map<string, PendingCheckpoint>();
  let recorded: RecordedState | undefined;
  scanSession(journal, sessionId, (_commit, entry, line) => {
    recorded = stateAfter(entry, recorded, line);
    const after = inMemory(recorded, line.position, sessionId).snapshot;
    const { end } = line;
    for (const { name, phase, payload } of savedBy(entry)) {
      if (!phases.includes(phase)) continue;
      // Later ones come later in the map too.
      saved.delete(name);
      saved.set(name, { sessionId, phase, name, after, position: end, payload });
    }
  });
  return [...saved.values()];
}

/** The checkpoints that a session's part in a commit has saved or taken over, with what they keep in the journal. */
export function savedBy({ events }: CommitEntry): Pick<PendingCheckpoint, 'name' | 'phase' | 'payload'>[] {
  return events.flatMap((event) => {
    if ('checkpoint' in event) {
      const { name, payload } = event.checkpoint;
      return [{ name, phase: event.phase, payload }];
    }
    if (event.type !== 'episode.forked') return [];
    return Object.entries(event.checkpoints).map(([name, { phase }]) => ({
      name,
      phase,
      payload: undefined,
    }));
  });
}
