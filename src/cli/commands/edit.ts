import { basename } from 'node:path';
import type { SessionId } from '../../../machines/index.js';
import { nodeDisk, plainRefusalTexts, readPlainFile } from '../../disk/index.js';
import { existingPath } from '../../documents/index.js';
import type { Run } from '../command.js';
import { changed } from '../changed.js';
import { chosenEditor, editedCopy } from '../in-editor.js';
import { readNamedFile } from '../read-named-file.js';
import { UsageError } from '../usage-error.js';

/** Bytes. Nobody edits more. */
const largest = 1024 * 1024 * 1024;

export const run: Run = (context, [name = '', path = ''], { from, reason }) =>
  changed(context, name, (manager, sessionId) => {
    const content =
      typeof from === 'string' ? contentOf(from) : edited(manager.production.directory, sessionId, path);
    return manager.editArtifact({
      sessionId,
      path,
      content,
      by: context.by,
      ...(typeof reason === 'string' ? { reason } : {}),
    });
  });

function contentOf(file: string): Uint8Array<ArrayBuffer> {
  try {
    return readNamedFile(file);
  } catch (error) {
    throw new UsageError(`--from: cannot read ${file}: ${(error as Error).message}`);
  }
}

/** A copy in the person's editor: the file itself changes only when the edit is taken. */
function edited(directory: string, sessionId: SessionId, path: string): Uint8Array<ArrayBuffer> {
  const editor = chosenEditor();
  if (!editor) throw new UsageError(`name an editor in $EDITOR, or give the edited file: --from <file>`);
  const read = readPlainFile(existingPath(nodeDisk, directory, sessionId, path), {
    largest,
    within: directory,
  });
  if ('refused' in read) throw new UsageError(`cannot edit ${path}: ${plainRefusalTexts[read.refused]}`);
  return editedCopy(editor, basename(path), read.bytes, 'nothing was changed');
}
