import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './usage-error.js';

/** The editor that the person has named; undefined where none is. */
export function chosenEditor(): string | undefined {
  return process.env['VISUAL'] || process.env['EDITOR'] || undefined;
}

/**
 * What a person saves of a copy of `content` in the editor; the copy is called `name`, in a folder of its own.
 * @throws UsageError when the editor does not end well; `kept` says what is as it was.
 */
export function editedCopy(
  editor: string,
  name: string,
  content: string | Uint8Array,
  kept: string,
): Buffer<ArrayBuffer> {
  const folder = mkdtempSync(join(tmpdir(), 'showrunner-edit-'));
  const copy = join(folder, name);
  try {
    writeFileSync(copy, content);
    // An editor's variable may hold arguments: `code --wait`.
    const { status, error } = spawnSync(`${editor} "$SHOWRUNNER_EDITED"`, {
      shell: true,
      stdio: 'inherit',
      env: { ...process.env, SHOWRUNNER_EDITED: copy },
    });
    if (error || status !== 0)
      throw new UsageError(
        `the editor ${editor} ended with ${error?.message ?? `status ${String(status)}`}; ${kept}`,
      );
    return readFileSync(copy);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
