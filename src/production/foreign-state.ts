import { join } from 'node:path';
import { ProductionError, escapeForShell, isSessionId } from '../../machines/index.js';
import { errorCode, type Disk } from '../disk/index.js';

/**
 * A state file without a journal is another program's, or all that is left of a production: neither may be overwritten.
 * @throws ProductionError `import_invalid`, `journal_unavailable`.
 */
export function refuseForeignState(disk: Disk, directory: string): void {
  if (!isStateWithoutJournal(disk, directory)) return;
  throw new ProductionError(
    'import_invalid',
    `${directory} holds a state.json or sessions and no journal. If another program wrote it, import it into a new directory: showrunner import ${escapeForShell(join(directory, 'state.json'))} --directory <new>. If the journal folder was lost, restore it from a backup.`,
    { field: 'directory' },
  );
}

function isStateWithoutJournal(disk: Disk, directory: string): boolean {
  const hasSession = (name: string): boolean =>
    isSessionId(name) && disk.stat(join(directory, name, 'session.json')) !== undefined;
  try {
    const journal = join(directory, 'journal');
    if (
      !disk.stat(directory) ||
      (disk.stat(journal) && disk.list(journal).some((file) => !file.startsWith('.')))
    )
      return false;
    return disk.stat(join(directory, 'state.json')) !== undefined || disk.list(directory).some(hasSession);
  } catch (error) {
    throw new ProductionError(
      'journal_unavailable',
      `${directory} cannot be read (${errorCode(error) ?? String(error)}); check the disk and its permissions.`,
      { cause: error },
    );
  }
}
