import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { ProductionError, ProcessIdentity } from '../../machines/index.js';
import { errorCode, nodeDisk, readPlainFile } from '../disk/index.js';
import { sha256Of, shownIn, stagingName } from './files.js';

const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = fs.constants;

/** A file that is ready to take another's place. */
export interface StagedFile {
  /** Paths inside the production, before and after. */
  from: string;
  to: string;
  /** Its name in the staging folder. */
  staged: string;
  /** What it was when it was looked into: one that has changed since is left alone. */
  sha256: string;
}

/** What follows when the new journal is in its place. */
export interface SwitchPlan {
  files: StagedFile[];
  /** Paths of documents to remove: they are made again from the journal. */
  documents: string[];
}

export interface Staging {
  folder: string;
  /** The new journal. */
  journal: string;
  /** The one that it takes the place of, moved away. */
  old: string;
}

/** Whether the process that began is still there. */
export type IsGone = (owner: ProcessIdentity) => boolean;

export function stagingIn(directory: string): Staging {
  const folder = join(directory, stagingName);
  return { folder, journal: join(folder, 'journal'), old: join(folder, 'old') };
}

/**
 * Begins: nobody else does until the folder is gone.
 * @throws ProductionError `redaction_under_way`.
 */
export function beginStaging(directory: string, owner: ProcessIdentity, isGone: IsGone): Staging {
  settleInterrupted(directory, isGone);
  const staging = stagingIn(directory);
  const own = join(directory, `${stagingName}-${randomBytes(6).toString('hex')}`);
  fs.mkdirSync(own, { mode: 0o700 });
  writeDurably(join(own, 'owner.json'), Buffer.from(JSON.stringify(owner)));
  try {
    fs.renameSync(own, staging.folder);
  } catch (error) {
    fs.rmSync(own, { recursive: true, force: true });
    throw isTaken(error) || errorCode(error) === 'ENOENT' ? underWay(directory) : error;
  }
  // What others, or an earlier life, have prepared for the same.
  for (const name of fs.readdirSync(directory))
    if (name.startsWith(`${stagingName}-`))
      fs.rmSync(join(directory, name), { recursive: true, force: true });
  fs.mkdirSync(staging.journal);
  fs.mkdirSync(join(staging.folder, 'files'));
  nodeDisk.syncDirectory(directory);
  return staging;
}

/**
 * Whoever opens a production sees to it that no removal is half done: one whose process is gone is finished where the new journal is in its
 * place, and undone where it is not.
 * @throws ProductionError `redaction_under_way` while its process is at work.
 */
export function settleInterrupted(directory: string, isGone: IsGone): void {
  const { folder } = stagingIn(directory);
  if (!isThere(folder)) return;
  const owner = ownerOf(folder);
  if (owner && !isGone(owner)) throw underWay(directory, owner);
  try {
    conclude(directory);
  } catch (error) {
    // Where nothing may be written, the old state can be read as long as it is whole.
    if (isThere(stagingIn(directory).journal) && isThere(join(directory, 'journal'))) return;
    throw new ProductionError(
      'redaction_under_way',
      `a removal of a text from ${directory} was interrupted and cannot be concluded here (${errorCode(error) ?? String(error)}): open the production where it may be written, such as by showrunner redact --list, and it is.`,
      { cause: error },
    );
  }
}

/** For who has opened the journal: it may have been out of its place, and one of his own made in it. @throws ProductionError `redaction_under_way`. */
export function refuseDuringRedaction(directory: string, isGone: IsGone): void {
  const { folder, old } = stagingIn(directory);
  if (!isThere(folder)) return;
  const owner = ownerOf(folder);
  if (isThere(old) || (owner && !isGone(owner))) throw underWay(directory, owner);
}

function underWay(directory: string, owner?: ProcessIdentity): ProductionError {
  return new ProductionError(
    'redaction_under_way',
    `a text is being taken out of ${directory}${owner ? ` by process ${owner.pid}` : ''}; try again when that has ended.`,
    { field: 'directory' },
  );
}

function ownerOf(folder: string): ProcessIdentity | undefined {
  const read = readPlainFile(join(folder, 'owner.json'), { largest: 65_536 });
  if ('refused' in read) return undefined;
  try {
    return ProcessIdentity.safeParse(JSON.parse(read.bytes.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

/** The old state where the new journal is not in its place yet, the new one where it is. May be called again after it was interrupted. */
export function conclude(directory: string): void {
  const { folder, journal, old } = stagingIn(directory);
  if (isThere(journal)) {
    if (isThere(old)) putInPlace(directory, old);
  } else if (isThere(old)) applyPlan(directory);
  // What decides goes first, what was decided on last.
  for (const name of ['journal', 'files', 'old'])
    fs.rmSync(join(folder, name), { recursive: true, force: true });
  fs.rmSync(folder, { recursive: true, force: true });
  nodeDisk.syncDirectory(directory);
}

/** Gives a journal its name. One that somebody made meanwhile, who is about to notice that he must not, is moved aside. */
export function putInPlace(directory: string, from: string): void {
  const place = join(directory, 'journal');
  const { folder } = stagingIn(directory);
  for (;;) {
    try {
      fs.renameSync(from, place);
      break;
    } catch (error) {
      if (!isTaken(error)) throw error;
      fs.renameSync(place, join(folder, `late-${randomBytes(6).toString('hex')}`));
    }
  }
  nodeDisk.syncDirectory(directory);
  nodeDisk.syncDirectory(folder);
}

function isTaken(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(errorCode(error) ?? '');
}

export function writePlan(directory: string, plan: SwitchPlan): void {
  writeDurably(join(stagingIn(directory).folder, 'plan.json'), Buffer.from(JSON.stringify(plan)));
}

/** Documents go, and files get their places. */
function applyPlan(directory: string): void {
  const { folder } = stagingIn(directory);
  const read = readPlainFile(join(folder, 'plan.json'), { largest: Number.MAX_SAFE_INTEGER });
  if ('refused' in read) throw Object.assign(new Error('plan.json is missing'), { code: 'ENOENT' });
  const { files, documents } = JSON.parse(read.bytes.toString('utf8')) as SwitchPlan;
  removeTemporary(directory);
  remove(directory, [...documents, ...shownIn(directory).documents]);
  for (const file of files) applyFile(directory, join(folder, 'files', file.staged), file);
}

/** A process that was stopped in the midst of a write cannot end it: its file goes first, then whatever it has put in place before can be looked at. */
export function removeTemporary(directory: string): void {
  remove(directory, shownIn(directory).temporary);
}

function remove(directory: string, paths: readonly string[]): void {
  for (const path of paths)
    if (liesWithin(directory, path)) fs.rmSync(join(directory, path), { force: true });
}

function applyFile(directory: string, staged: string, { from, to, sha256 }: StagedFile): void {
  const [source, target] = [join(directory, from), join(directory, to)];
  const now = readPlainFile(source, { largest: Number.MAX_SAFE_INTEGER, within: dirname(directory) });
  const isAsItWas = 'bytes' in now && sha256Of(now.bytes) === sha256;
  if (isThere(staged) && isAsItWas && liesWithin(directory, from)) {
    fs.mkdirSync(dirname(target), { recursive: true });
    fs.chmodSync(staged, fs.statSync(source).mode & 0o777);
    fs.renameSync(staged, target);
    nodeDisk.syncDirectory(dirname(target));
  }
  if (isAsItWas && from !== to) fs.rmSync(source, { force: true });
}

/** Whether no folder on the way to a file is a link: nothing is removed through one. */
function liesWithin(directory: string, path: string): boolean {
  try {
    return (
      fs.realpathSync(dirname(join(directory, path))) === dirname(join(fs.realpathSync(directory), path))
    );
  } catch {
    return false;
  }
}

function isThere(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

export function writeDurably(path: string, bytes: Buffer): void {
  const fd = fs.openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o666);
  try {
    fs.writeFileSync(fd, bytes);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  nodeDisk.syncDirectory(dirname(path));
}
