import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Run } from '../command.js';
import { changed } from '../changed.js';
import { chosenEditor, editedCopy } from '../in-editor.js';
import { UsageError } from '../usage-error.js';

export const run: Run = (context, [name = '', path = ''], { from, reason }) =>
  changed(context, name, (manager, sessionId) => {
    const content =
      typeof from === 'string'
        ? contentOf(from)
        : edited(join(manager.production.directory, sessionId, path), path);
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
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`--from: cannot read ${file}: ${(error as Error).message}`);
  }
}

/** A copy in the person's editor: the file itself changes only when the edit is taken. */
function edited(file: string, path: string): Uint8Array<ArrayBuffer> {
  const editor = chosenEditor();
  if (!editor) throw new UsageError(`name an editor in $EDITOR, or give the edited file: --from <file>`);
  try {
    return editedCopy(editor, basename(path), readFileSync(file), 'nothing was changed');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot edit ${path}: ${(error as Error).message}`);
  }
}
