import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ProductionError } from '../../machines/index.js';
import { storeOf, type ArtifactStore } from '../artifacts/index.js';
import { isGone, refuseNetworkFilesystem, thisProcess } from '../disk/index.js';
import { redact, type Redaction } from '../redaction/index.js';

/** Takes a text out of the production in a directory. @throws ProductionError `production_missing`, and what {@link redact} throws. */
export async function redactIn(
  directory: string,
  {
    artifacts,
    ...input
  }: {
    text: string;
    by: string;
    reason: string;
    dryRun?: boolean | undefined;
    artifacts?: string | ArtifactStore | undefined;
  },
): Promise<Redaction> {
  // One that was interrupted has its journal elsewhere.
  if (!existsSync(join(directory, 'journal')) && !existsSync(join(directory, '.redaction')))
    throw new ProductionError(
      'production_missing',
      `there is no production at ${directory}; name another with --directory.`,
      { field: 'directory' },
    );
  refuseNetworkFilesystem(directory);
  return redact({ directory, ...input, artifacts: storeOf(artifacts), owner: thisProcess(), isGone });
}
