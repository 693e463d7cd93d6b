import type { PhaseName, SessionId } from '../../machines/index.js';
import { ArtifactRef } from '../documents/artifact-ref.js';
import type { JournalPort } from '../journal/index.js';
import { scanSession } from './replay.js';

/** Every payload of a session that lies in a file of its own: of checkpoints and of paid calls' results, its ancestors' included. */
export function payloadFilesOf(journal: JournalPort, sessionId: SessionId): ArtifactRef[] {
  const found = new Map<string, ArtifactRef>();
  const note = (value: object | undefined): void => {
    const { file, sha256, bytes } = { ...(value as { file?: string | null; sha256: string; bytes: number }) };
    if (file !== undefined && file !== null) found.set(file, { path: file, sha256, bytes });
  };
  scanSession(journal, sessionId, (_commit, entry) => {
    for (const event of entry.events) {
      if ('checkpoint' in event) note(event.checkpoint);
      if (event.type === 'operation.settled' || event.type === 'result.recorded') note(event.result);
      if (event.type !== 'episode.forked') continue;
      for (const checkpoint of Object.values(event.checkpoints)) note(checkpoint);
      for (const { result } of event.paid ?? []) note(result);
    }
  });
  return [...found.values()];
}

/** The files of a phase that a result names, at whatever depth, in the form of an artifact's reference. `json` is the result's text. */
export function filesNamedIn(json: string | undefined, phase: PhaseName): ArtifactRef[] {
  if (json === undefined || !json.includes('"sha256"')) return [];
  const found: ArtifactRef[] = [];
  JSON.parse(json, (_key, value: unknown) => {
    const file = ArtifactRef.safeParse(value).data;
    if (file?.path.startsWith(`${phase}/`)) found.push(file);
    return value;
  });
  return found;
}
