import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ProductionError, invalidInput, type SessionId } from '../../machines/index.js';
import { nodeDisk, readPlainFile } from '../disk/index.js';
import { existingPath } from '../documents/index.js';
import type { ProductionStateManager } from '../manager/manager.js';

/** Bytes; the page edits texts of at most 1 MB. */
const largestFile = 2 * 1024 * 1024;

const Edit = z.strictObject({
  /** Inside the session's folder: `script/script.json`. */
  path: z.string().min(1).max(500),
  content: z.string(),
  /** SHA-256 of the file as the person has read it. */
  was: z.string().regex(/^[0-9a-f]{64}$/),
  reason: z.string().optional(),
});

/**
 * Takes a file as a person has edited it on the page. What somebody else has changed since it was read there is not written over.
 * @throws ProductionError `invalid_input`, `wrong_state`, `path_refused`.
 */
export async function edit(
  manager: ProductionStateManager,
  sessionId: SessionId,
  input: unknown,
  by: string,
): Promise<void> {
  const parsed = Edit.safeParse(input);
  if (!parsed.success) throw invalidInput(parsed.error, 'edit');
  const { path, content, was, reason = '' } = parsed.data;
  const now = hashOf(manager.production.directory, sessionId, path);
  if (now !== was)
    throw new ProductionError(
      'wrong_state',
      `${path} of ${sessionId} has changed since it was read here: keep a copy of your text, open the file again and edit it anew.`,
      { sessionId, field: 'path' },
    );
  await manager.editArtifact({ sessionId, path, content, by, ...(reason === '' ? {} : { reason }) });
}

/** Of the file as it lies on the disk; undefined where there is none, no plain one, or one larger than any that is edited here. */
function hashOf(directory: string, sessionId: SessionId, path: string): string | undefined {
  const file = existingPath(nodeDisk, directory, sessionId, path);
  const read = readPlainFile(file, { within: directory, largest: largestFile });
  return 'refused' in read ? undefined : createHash('sha256').update(read.bytes).digest('hex');
}
