import { phaseNames, type EpisodeContext, type SessionId } from '../../machines/index.js';
import type { Documents } from '../documents/index.js';
import type { JournalPort } from '../journal/index.js';
import { findCheckpoint } from '../record/find-saved.js';
import { parsePayload } from '../record/payload.js';

/** What is wrong with a session's files. */
export interface ArtifactProblem {
  session: SessionId;
  what: string;
}

interface Looking {
  journal: JournalPort;
  documents: Documents;
  /** Called before each file is read. */
  onFile: (path: string) => void;
}

/** Compares the files of every phase that has saved them with what its checkpoint recorded, and reads the payloads that checkpoints have in files. */
export async function artifactProblems(
  { journal, documents, onFile }: Looking,
  sessions: Iterable<readonly [SessionId, Pick<EpisodeContext, 'phases' | 'checkpoints'>]>,
): Promise<ArtifactProblem[]> {
  const problems: ArtifactProblem[] = [];
  for (const [session, { phases, checkpoints }] of sessions) {
    for (const [name, ref] of Object.entries(checkpoints)) {
      const phase = phaseNames.find((each) => phases[each].checkpoint === name);
      if (phase === undefined && ref.file === null) continue;
      try {
        const away =
          ref.file === null
            ? undefined
            : await documents.payloadElsewhere(session, { ...ref, file: ref.file });
        const payload =
          away === undefined
            ? findCheckpoint(journal, documents, session, name, ref)?.payload
            : parsePayload(away, ref);
        if (!payload) problems.push({ session, what: `the journal has no payload for checkpoint ${name}` });
        else if (phase !== undefined)
          for (const what of await documents.differences(session, phase, payload.artifacts, onFile))
            problems.push({ session, what });
      } catch (error) {
        problems.push({ session, what: (error as Error).message });
      }
    }
  }
  return problems;
}
