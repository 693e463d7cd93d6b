import { existsSync, lstatSync, mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ProductionError } from '../../../machines/errors.js';
import { isSessionId } from '../../../machines/ids.js';
import { nodeDisk } from '../../disk/node-disk.js';
import { listSegments } from '../../journal/segment.js';
import type { Run } from '../command.js';
import { copyIn } from '../copy-in.js';
import { exits } from '../exit-codes.js';

/** What this program makes in a production's folder; everything else there is left alone, and so is a folder without a journal of ours. */
function oursIn(directory: string): string[] {
  const journal = join(directory, 'journal');
  if (!isFolder(journal) || listSegments(nodeDisk, journal).length === 0) return [];
  const beside = nodeDisk
    .list(directory)
    .filter((name) => ['state.json', 'archive'].includes(name) || isSessionId(name));
  // The journal goes last: what is left when the power goes is still known as ours.
  return [...beside.sort(), 'journal'];
}

function isFolder(path: string): boolean {
  return nodeDisk.stat(path)?.kind === 'directory';
}

export const run: Run = (context, _args, { confirm }) => {
  // Whoever has asked for the signal is not ended by it: what was begun is moved to its end.
  void context.signal;
  const { directory } = context;
  const ours = oursIn(directory);
  for (const path of [directory, ...ours.map((name) => join(directory, name))]) {
    if (existsSync(path) && lstatSync(path).isSymbolicLink())
      throw new ProductionError('path_refused', `${path} is a link; nothing is moved through it.`, {
        field: 'directory',
      });
  }
  if (context.log || copyIn(directory))
    throw new ProductionError(
      'wrong_state',
      `a log carries this production, and ${directory} is only this machine's copy: moved away, it would come back. End episodes with showrunner cancel, archive and delete.`,
      { field: 'directory' },
    );
  if (ours.length === 0)
    return Promise.resolve({
      json: { moved: [], backup: null },
      text: `There is no production in ${directory}.`,
    });
  const backup = join(
    dirname(directory),
    `${basename(directory)}.backup-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`,
  );
  const sessions = ours.filter(isSessionId).length;
  if (confirm !== true) {
    const text = `This would move ${sessions} episode(s), the journal and the documents of ${directory} to ${backup}. Nothing was done; add --confirm to do it.`;
    return Promise.resolve({ json: { would_move: ours, backup, confirmed: false }, text, exit: exits.usage });
  }
  mkdirSync(backup);
  for (const name of ours) renameSync(join(directory, name), join(backup, name));
  return Promise.resolve({
    json: { moved: ours, backup, confirmed: true },
    text: `Moved ${sessions} episode(s), the journal and the documents to ${backup}`,
  });
};
