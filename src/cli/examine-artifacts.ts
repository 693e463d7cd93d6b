import { readdirSync } from 'node:fs';
import { ProductionError, type ErrorCode } from '../../machines/errors.js';
import { isSessionId } from '../../machines/ids.js';
import type { Context } from './command.js';
import type { Finding } from './examine.js';
import { countProgress, fileProgress } from './file-progress.js';

const isInTheWay = new Set<ErrorCode>(['document_unavailable', 'path_refused']);

/** Compares every phase's files with what was recorded of them. The journal must be whole. */
export async function examineArtifacts(context: Context): Promise<Finding[]> {
  try {
    const { production } = await context.open({ readOnly: true });
    const ids = readdirSync(context.directory).filter(isSessionId);
    const problems = await production.artifactProblems(
      ids,
      fileProgress(context),
      countProgress(context, 'looking up episodes'),
    );
    return problems.map(({ session, what }) => ({
      severity: 'damage',
      what: `${session}: ${what}`,
      advice:
        'Put the file back as it was, from a backup; in a copy of a production at work, copy the session folder again, after the journal folder. A file that was added may be moved out of the folder.',
    }));
  } catch (error) {
    // Something else lies in a document's place, and is a finding already.
    if (error instanceof ProductionError && isInTheWay.has(error.code)) return [];
    const advice = 'Look at what it names; until then the files of the episodes were not compared.';
    return [{ severity: 'damage', what: (error as Error).message, advice }];
  }
}
