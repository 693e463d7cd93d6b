import {
  type CheckpointRef,
  type EventOf,
  type PersistedEpisode,
  type SessionId,
} from '../../machines/index.js';
import type { Documents } from '../documents/index.js';
import type { Journal } from '../journal/index.js';
import { isPayload, parsePayload, type CheckpointPayload } from './payload.js';
import { decodeState, stateAfter, type RecordedState } from './decode.js';
import { scanSession } from './replay.js';

/** A checkpoint with all that it keeps. */
export interface FoundCheckpoint {
  ref: CheckpointRef;
  payload: CheckpointPayload;
  /** The episode as it stood right after the commit that saved it. */
  persisted: PersistedEpisode;
}

/**
 * Finds a checkpoint's payload and snapshot in the journal: the newest commit that saved this content under this name.
 * @throws ProductionError `artifact_invalid` when its payload's file is missing or altered.
 */
export function findCheckpoint(
  journal: Journal,
  documents: Documents,
  sessionId: SessionId,
  name: string,
  ref: CheckpointRef,
): FoundCheckpoint | undefined {
  let recorded: RecordedState | undefined;
  let found: { payload: unknown; recorded: RecordedState } | undefined;
  scanSession(journal, sessionId, (_commit, entry, line) => {
    const after = stateAfter(entry, recorded, line);
    recorded = after;
    for (const event of entry.events) {
      const saved = 'checkpoint' in event ? event.checkpoint : undefined;
      if (saved?.name === name && saved.sha256 === ref.sha256)
        found = { payload: saved.payload, recorded: after };
      if (event.type === 'episode.forked' && Object.hasOwn(event.checkpoints, name))
        found = { payload: undefined, recorded: after };
    }
  });
  if (!found) return undefined;
  const text =
    ref.file === null
      ? JSON.stringify(found.payload)
      : documents.readPayload(sessionId, { file: ref.file, sha256: ref.sha256, bytes: ref.bytes });
  return { ref, payload: parsePayload(text, ref), persisted: decodeState(found.recorded) };
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

/** The result that an operation was settled with: JSON text, or undefined when none was kept. */
export function findResult(
  journal: Journal,
  documents: Documents,
  sessionId: SessionId,
  key: string,
): string | undefined {
  let settled: EventOf<'operation.settled'> | undefined;
  scanSession(journal, sessionId, (_commit, entry) => {
    for (const event of entry.events)
      if (event.type === 'operation.settled' && event.key === key) settled = event;
  });
  const result = settled?.result;
  if (!result) return undefined;
  return 'json' in result ? result.json : documents.readPayload(sessionId, result);
}
