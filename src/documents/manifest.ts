import type { ArtifactRef } from './artifact-ref.js';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { ProductionError, type PhaseName, type SessionId } from '../../machines/index.js';
import { makeDurableDirectory, removeQuietly, writeAll, type Disk } from '../disk/index.js';
import { temporaryName, type SeeJournal } from './durable-file.js';
import { seeThatItLiesHere } from './lies-here.js';
import { existingPath } from './session-paths.js';

const blockBytes = 1 << 20;
const deepest = 8;

/**
 * Every file of a phase, synced and hashed, sorted by path; documents of ours, hidden and temporary files left out. Links are refused.
 * @param names what {@link artifactNames} has just found in the phase's folder, where somebody has looked.
 */
export async function readManifest(
  disk: Disk,
  directory: string,
  sessionId: SessionId,
  phase: PhaseName,
  names?: string[],
): Promise<ArtifactRef[]> {
  const base = join(directory, sessionId);
  const entries: ArtifactRef[] = [];
  const on: Walk = { disk, base, folder: phase, onFolder: (folder) => disk.syncDirectory(folder) };
  for (const path of names ? walkIn(names, on) : walk(on)) {
    entries.push({ path, ...hashFile(disk, join(base, path), true) });
    // Hashing gigabytes must not keep everybody else from their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return entries;
}

/** What lies in a phase's folder itself and {@link readManifest} would read, in two looks; undefined where there is no folder. A link is one to be looked at closely. */
export function artifactNames(disk: Disk, folder: string): string[] | undefined {
  return disk.stat(folder)?.kind === 'directory' ? artifactsIn(disk, folder) : undefined;
}

function artifactsIn(disk: Disk, folder: string): string[] {
  return namesIn(disk, folder).filter((name) => name !== 'checkpoint.json');
}

/** Hidden and temporary files left out. */
function namesIn(disk: Disk, folder: string): string[] {
  return disk.list(folder).filter((name) => !name.startsWith('.'));
}

interface Walk {
  disk: Disk;
  /** The session's folder, and one in it. */
  base: string;
  folder: string;
  onFolder: (path: string) => void;
  depth?: number;
}

function walk(on: Walk): string[] {
  const { disk, base, folder, depth = 0 } = on;
  if (!disk.stat(join(base, folder))) return [];
  if (depth > deepest)
    throw new ProductionError('path_refused', `${folder} is nested deeper than ${deepest} folders.`, {
      field: 'path',
    });
  return walkIn((depth === 0 ? artifactsIn : namesIn)(disk, join(base, folder)), on);
}

/** The same in a folder that has been listed. */
function walkIn(names: string[], on: Walk): string[] {
  const { disk, base, folder, onFolder, depth = 0 } = on;
  const found = names.sort().flatMap((name) => {
    const path = `${folder}/${name}`;
    const kind = disk.stat(join(base, path))?.kind;
    if (kind === 'directory') return walk({ ...on, folder: path, depth: depth + 1 });
    if (kind === 'file') return [path];
    if (kind === undefined) return [];
    throw new ProductionError(
      'path_refused',
      `${path} is a ${kind}; a phase's folder may hold files and folders only.`,
      { field: 'path' },
    );
  });
  if (found.length > 0) onFolder(join(base, folder));
  return found;
}

function hashFile(disk: Disk, path: string, sync: boolean): { sha256: string; bytes: number } {
  const fd = disk.open(path, 'read');
  try {
    seeThatItLiesHere(disk, fd, path);
    if (sync) disk.sync(fd);
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(blockBytes);
    let bytes = 0;
    for (
      let count = disk.read(fd, buffer, 0, blockBytes, 0);
      count > 0;
      count = disk.read(fd, buffer, 0, blockBytes, bytes)
    ) {
      hash.update(buffer.subarray(0, count));
      bytes += count;
    }
    return { sha256: hash.digest('hex'), bytes };
  } finally {
    disk.close(fd);
  }
}

/** @throws ProductionError `artifact_invalid`, naming every file that is missing or altered. */
export async function verifyManifest(
  disk: Disk,
  directory: string,
  sessionId: SessionId,
  entries: readonly ArtifactRef[],
): Promise<void> {
  const problems: string[] = [];
  for (const entry of entries) {
    const problem = differenceOf(disk, directory, sessionId, entry);
    if (problem) problems.push(problem);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (problems.length === 0) return;
  throw new ProductionError(
    'artifact_invalid',
    `${sessionId}: ${problems.join('; ')}. Put the file back as it was (in a copy of a production at work, copy the session folder again, after the journal folder), or recover to the phase that makes it.`,
    { sessionId },
  );
}

function differenceOf(
  disk: Disk,
  directory: string,
  sessionId: SessionId,
  { path: name, sha256 }: ArtifactRef,
): string | undefined {
  const path = existingPath(disk, directory, sessionId, name);
  const kind = disk.stat(path)?.kind;
  if (kind === undefined) return `${name} is missing`;
  if (kind !== 'file') return `${name} is a ${kind}`;
  return hashFile(disk, path, false).sha256 === sha256 ? undefined : `${name} was altered`;
}

/**
 * How a phase's folder differs from what was recorded of it: files that are missing, altered, unreadable or added since. Changes and syncs
 * nothing, and goes on after each; `onFile` is called before each file is read.
 */
export async function manifestDifferences(
  {
    disk,
    directory,
    elsewhere,
  }: {
    disk: Disk;
    directory: string;
    /** What is wrong with a file that is missing here, in the store from which it comes when it is needed. */
    elsewhere?: ((entry: ArtifactRef) => Promise<string | undefined>) | undefined;
  },
  { sessionId, phase, entries }: { sessionId: SessionId; phase: PhaseName; entries: readonly ArtifactRef[] },
  onFile: (path: string) => void,
): Promise<string[]> {
  const problems: string[] = [];
  const note = (what: string, look: () => string | undefined): void => {
    try {
      const problem = look();
      if (problem !== undefined) problems.push(problem);
    } catch (error) {
      problems.push(`${what} cannot be read: ${(error as Error).message}`);
    }
  };
  for (const entry of entries) {
    onFile(`${sessionId}/${entry.path}`);
    const isAway = elsewhere && !disk.stat(join(directory, sessionId, entry.path));
    const away = isAway ? await elsewhere(entry) : undefined;
    note(entry.path, () => (isAway ? away : differenceOf(disk, directory, sessionId, entry)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const recorded = new Set(entries.map(({ path }) => path));
  note(phase, () => {
    const base = join(directory, sessionId);
    const found = walk({ disk, base, folder: phase, onFolder: () => {} });
    const added = found.filter((path) => !recorded.has(path));
    return added.length === 0
      ? undefined
      : `${added.join(', ')} ${added.length === 1 ? 'was' : 'were'} added`;
  });
  return problems;
}

/** Copies files from one session to another, durably, and checks each copy. */
export async function copyManifest(
  { disk, directory, seeJournal }: { disk: Disk; directory: string; seeJournal: SeeJournal | undefined },
  from: SessionId,
  to: SessionId,
  entries: readonly ArtifactRef[],
): Promise<void> {
  for (const entry of entries) {
    const source = existingPath(disk, directory, from, entry.path);
    const target = existingPath(disk, directory, to, entry.path);
    makeDurableDirectory(disk, dirname(target));
    if (disk.stat(target)) continue;
    copyFile(disk, source, target, seeJournal);
    disk.syncDirectory(dirname(target));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await verifyManifest(disk, directory, to, entries);
}

function copyFile(disk: Disk, source: string, target: string, seeJournal: SeeJournal | undefined): void {
  const temporary = temporaryName(target);
  const input = disk.open(source, 'read');
  try {
    seeThatItLiesHere(disk, input, source);
    const output = disk.open(temporary, 'create');
    try {
      seeThatItLiesHere(disk, output, temporary);
      seeJournal?.();
      const buffer = Buffer.allocUnsafe(blockBytes);
      let place = 0;
      for (
        let count = disk.read(input, buffer, 0, blockBytes, 0);
        count > 0;
        count = disk.read(input, buffer, 0, blockBytes, place)
      ) {
        writeAll(disk, output, buffer.subarray(0, count));
        place += count;
      }
      disk.sync(output);
      disk.rename(temporary, target);
    } catch (error) {
      removeQuietly(disk, temporary);
      throw error;
    } finally {
      disk.close(output);
    }
  } finally {
    disk.close(input);
  }
}
