import { lstat, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { ProductionError } from '../../../../machines/errors.js';
import type { SkippedFile } from './reports.js';

/** A regular file inside a source folder. */
export interface SourceFile {
  /** How reports and show notes call it: relative to the source folder, with forward slashes. */
  name: string;
  /** Absolute real path. */
  location: string;
}

/** More files than this are not looked at: a wrong folder (a home, a disk) should end quickly. */
const mostFiles = 5000;

const byName = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

async function classifyLink(root: string, location: string): Promise<string> {
  const target = await realpath(location).catch(() => undefined);
  if (target === undefined) return 'broken_link';
  return target === root || target.startsWith(root + path.sep) ? 'link_to_inside' : 'link_leaves_folder';
}

/**
 * Lists the regular files under the sources, in a fixed order, and what was passed over with the reason. Symbolic links are never
 * followed: one that leaves the folder is refused, and one that stays inside names a file that is read under its own name.
 */
export async function findSources(
  sources: readonly string[],
): Promise<{ files: SourceFile[]; skipped: SkippedFile[] }> {
  const files: SourceFile[] = [];
  const skipped: SkippedFile[] = [];

  const walk = async (root: string, folder: string, prefix: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => byName(a.name, b.name))) {
      const name = `${prefix}${entry.name}`;
      const location = path.join(folder, entry.name);
      if (entry.name.startsWith('.')) skipped.push({ file: name, reason: 'hidden' });
      else if (entry.isSymbolicLink())
        skipped.push({ file: name, reason: await classifyLink(root, location) });
      else if (entry.isDirectory() && entry.name === 'node_modules')
        skipped.push({ file: name, reason: 'dependencies' });
      else if (entry.isDirectory()) await walk(root, location, `${name}/`);
      else if (!entry.isFile()) skipped.push({ file: name, reason: 'not_a_file' });
      else if (files.length >= mostFiles) skipped.push({ file: name, reason: 'too_many_files' });
      else files.push({ name, location });
    }
  };

  const roots = [...new Set(await Promise.all(sources.map(openedRoot)))];
  for (const [index, root] of roots.entries()) {
    const name = ownNames(roots)[index] ?? root;
    const kind = await lstat(root);
    if (kind.isDirectory()) await walk(root, root, roots.length > 1 ? `${name}/` : '');
    else files.push({ name, location: root });
  }
  return { files, skipped };
}

async function openedRoot(source: string): Promise<string> {
  return realpath(path.resolve(source)).catch((cause: unknown) => {
    throw new ProductionError('invalid_input', `The source "${source}" does not exist or cannot be opened.`, {
      field: 'sources',
      cause,
    });
  });
}

/** The last part of each path, with as many parts before it as it takes to tell it from the others. */
function ownNames(roots: readonly string[]): string[] {
  const tail = (root: string, parts: number): string => root.split(path.sep).slice(-parts).join('/');
  return roots.map((root) => {
    const most = root.split(path.sep).length;
    for (let parts = 1; parts < most; parts += 1) {
      const name = tail(root, parts);
      if (name !== '' && roots.every((other) => other === root || tail(other, parts) !== name)) return name;
    }
    return root.split(path.sep).join('/');
  });
}
