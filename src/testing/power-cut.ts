import { MemoryFile, type Chance } from './memory-file.js';
import { MemoryFolder, type MemoryNode } from './memory-folder.js';

/**
 * What a power cut does to bytes and entries that were not synced. A seed: some of them are kept, in pieces, always the same for one seed;
 * a function: per path.
 */
export type PowerCut = 'lose-unsynced' | 'keep-unsynced' | { seed: number } | ((path: string) => boolean);

/** A folder and all in it as a power cut leaves them. A file with two names stays one file. */
export function afterPowerCut(root: MemoryFolder, cut: PowerCut): MemoryFolder {
  const chance = typeof cut === 'object' ? chanceOf(cut.seed) : undefined;
  const keeps = (path: string): boolean => (typeof cut === 'function' ? cut(path) : cut === 'keep-unsynced');
  const copies = new Map<MemoryNode, MemoryNode>();
  const copy = (node: MemoryNode, path: string): MemoryNode => {
    const known = copies.get(node);
    if (known) return known;
    const left = node.kind === 'file' ? copyFile(node, path) : copyFolder(node, path);
    copies.set(node, left);
    return left;
  };
  const copyFile = (file: MemoryFile, path: string): MemoryFile =>
    new MemoryFile(file.ino, keeps(path) ? Buffer.from(file.content) : file.left(chance));
  const copyFolder = (folder: MemoryFolder, path: string): MemoryFolder => {
    const entries = keeps(path) ? folder.entries : folder.left(chance);
    return new MemoryFolder(
      folder.ino,
      new Map([...entries].map(([name, node]) => [name, copy(node, `${path}/${name}`)])),
    );
  };
  return copyFolder(root, '');
}

/** Mulberry32: small, and the same everywhere. */
export function chanceOf(seed: number): Chance {
  let state = Math.trunc(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
