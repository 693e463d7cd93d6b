import { basename, dirname, join } from 'node:path';
import { ProductionError, escapeForShell } from '../../machines/index.js';
import { errorCode } from '../disk/index.js';
import { isForbidden } from './segment.js';

/** A redo file of which nobody can say what it has. */
export interface UnreadRedo {
  path: string;
  /** What the file system said. */
  code: string;
}

/** EIO, and what ext4, XFS and Btrfs say of bytes that do not fit their checksums. */
const ofTheDisk = new Set(['EIO', 'EBADMSG', 'EUCLEAN']);

/** What the file is at fault for; where too many files are open, for one, it is somebody else. */
export function unreadRedo(path: string, error: unknown): UnreadRedo | undefined {
  const code = errorCode(error) ?? '';
  return isForbidden(error) || ofTheDisk.has(code) ? { path, code } : undefined;
}

/** To people who look at what there is. */
export function describeUnread({ path, code }: UnreadRedo): string {
  return `the redo file ${path} cannot be read (${code}): it may have commits that a power cut took from the journal, and nothing is written before it has been read`;
}

/** What a person can do about it, to be followed to the letter. */
export function adviceOnUnread({ path, code }: UnreadRedo): string {
  const aside = join(dirname(path), `aside-${basename(path)}`);
  const user = process.geteuid?.() ?? '<user>';
  const mend = ofTheDisk.has(code)
    ? 'Check the disk'
    : `Let this user read it, as its owner or as root: chown ${user} ${escapeForShell(path)} && chmod u+rw ${escapeForShell(path)}`;
  return `${mend}, then try again. Only where it can never be read, put it aside, with the commits that nothing else has: mv ${escapeForShell(path)} ${escapeForShell(aside)}`;
}

/** It may have what was acknowledged: whoever wrote without having read it could write over that. */
export function refuseUnread(unread: UnreadRedo): never {
  throw new ProductionError(
    'journal_unavailable',
    `the redo file ${unread.path} cannot be read (${unread.code}). It may have commits that a power cut took from the journal, so nothing was written. ${adviceOnUnread(unread)}`,
  );
}
