import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Run } from '../command.js';
import { changed } from '../changed.js';
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
  const editor = process.env['VISUAL'] || process.env['EDITOR'];
  if (!editor) throw new UsageError(`name an editor in $EDITOR, or give the edited file: --from <file>`);
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-edit-'));
  const copy = join(folder, basename(path));
  try {
    copyFileSync(file, copy);
    // An editor's variable may hold arguments: `code --wait`.
    const { status, error } = spawnSync(`${editor} "$SHOWRUNNER_EDITED"`, {
      shell: true,
      stdio: 'inherit',
      env: { ...process.env, SHOWRUNNER_EDITED: copy },
    });
    if (error || status !== 0)
      throw new UsageError(`${editor} ended with ${status ?? error?.message}; nothing was changed`);
    return readFileSync(copy);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot edit ${path}: ${(error as Error).message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
