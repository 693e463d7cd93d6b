import {
  isFinished,
  type CheckpointRef,
  type EventOf,
  type PersistedEpisode,
  type SessionId,
} from '../../machines/index.js';
import type { Documents } from '../documents/index.js';
import type { JournalPort } from '../journal/index.js';
import { isPayload, parsePayload, type CheckpointPayload } from './payload.js';
import { decodeShown, decodeState, stateAfter, type RecordedState } from './decode.js';
import { scanSession } from './replay.js';

/** A checkpoint with all that it keeps. */
export interface FoundCheckpoint {
  ref: CheckpointRef;
  payload: CheckpointPayload;
  /** The episode as it stood right after the commit that saved it. */
  persisted: PersistedEpisode;
}

/**
 * A checkpoint with all that it keeps: from its document if that shows, sealed, what the journal's reference says; else from the newest commit that
 * saved this content under this name, or approved it.
 * @throws ProductionError `artifact_invalid` when its payload's file is missing or altered.
 */
export function findCheckpoint(
  journal: JournalPort,
  documents: Documents,
  sessionId: SessionId,
  name: string,
  ref: CheckpointRef,
): FoundCheckpoint | undefined {
  const saved =
    shownCheckpoint(documents, sessionId, name, ref) ?? recordedCheckpoint(journal, sessionId, name, ref);
  if (!saved) return undefined;
  const text =
    ref.file === null
      ? JSON.stringify(saved.payload)
      : documents.readPayload(sessionId, { file: ref.file, sha256: ref.sha256, bytes: ref.bytes });
  return { ref, payload: parsePayload(text, ref), persisted: saved.persisted };
}

interface Saved {
  payload: unknown;
  persisted: PersistedEpisode;
}

/** Undefined unless the document's snapshot is the one of the very commit that the reference is of. */
function shownCheckpoint(
  documents: Documents,
  sessionId: SessionId,
  name: string,
  ref: CheckpointRef,
): Saved | undefined {
  const document = documents.readCheckpoint(sessionId, { name });
  if (document?.name !== name || document.sha256 !== ref.sha256) return undefined;
  const { machine, snapshot } = document.showrunner;
  const persisted = decodeShown({ persisted: snapshot, version: machine.version });
  if (persisted?.context.sessionId !== sessionId || persisted.context.checkpoints[name]?.at !== ref.at)
    return undefined;
  // It shows what was handed in for approval; only the journal knows whether that was given.
  if (ref.next !== ref.phase && !isFinished(persisted.context.phases[ref.phase].status)) return undefined;
  const payload = { data: document.data, artifacts: document.artifacts };
  return ref.file !== null || isPayload(JSON.stringify(payload), ref) ? { payload, persisted } : undefined;
}

function recordedCheckpoint(
  journal: JournalPort,
  sessionId: SessionId,
  name: string,
  ref: CheckpointRef,
): Saved | undefined {
  let recorded: RecordedState | undefined;
  let found: { payload: unknown; recorded: RecordedState } | undefined;
  let isInReview = false;
  scanSession(journal, sessionId, (_commit, entry, line) => {
    const after = stateAfter(entry, recorded, line);
    recorded = after;
    for (const event of entry.events) {
      const saved = 'checkpoint' in event ? event.checkpoint : undefined;
      if (saved?.name === (ref.savedAs ?? name) && saved.sha256 === ref.sha256) {
        found = { payload: saved.payload, recorded: after };
        isInReview = true;
      }
      // What passed its gate is finished from then on: whoever goes back to it does not wait for approval again.
      if (event.type === 'review.reject' && event.phase === ref.phase) isInReview = false;
      if (found && isInReview && event.type === 'review.approve' && event.phase === ref.phase)
        found = { ...found, recorded: after };
      if (event.type === 'episode.forked' && Object.hasOwn(event.checkpoints, name))
        found = { payload: undefined, recorded: after };
    }
  });
  return found && { payload: found.payload, persisted: decodeState(found.recorded) };
}

/** What a checkpoint keeps, as its document shows it; undefined unless that is, to the byte, what was saved. */
export function shownPayload(
  documents: Documents,
  sessionId: SessionId,
  name: string,
  ref: CheckpointRef,
): CheckpointPayload | undefined {
  const document = ref.file === null ? documents.readCheckpoint(sessionId, { name }) : undefined;
  if (document?.name !== name || document.sha256 !== ref.sha256) return undefined;
  const text = JSON.stringify({ data: document.data, artifacts: document.artifacts });
  return isPayload(text, ref) ? (JSON.parse(text) as CheckpointPayload) : undefined;
}

/** The result that an operation was settled with, or was given later: JSON text, or undefined when none was kept. */
export function findResult(
  journal: JournalPort,
  documents: Documents,
  sessionId: SessionId,
  key: string,
): string | undefined {
  let result: EventOf<'operation.settled'>['result'];
  scanSession(journal, sessionId, (_commit, entry) => {
    for (const event of entry.events)
      if (event.type === 'episode.forked') result = event.paid?.find((each) => each.key === key)?.result;
      else if ((event.type === 'operation.settled' || event.type === 'result.recorded') && event.key === key)
        result = event.result;
  });
  return result && ('json' in result ? result.json : documents.readPayload(sessionId, result));
}
