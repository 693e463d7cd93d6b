import { statSync } from 'node:fs';

/** Who else may write a folder: everybody, or a group that is not the user's own; undefined when nobody may, and where there is no such thing. */
export function writableByOthers(folder: string): 'everybody' | 'a group' | undefined {
  const own = process.getgid?.();
  const info = statSync(folder, { throwIfNoEntry: false });
  if (own === undefined || !info?.isDirectory()) return undefined;
  if ((info.mode & 0o002) !== 0) return 'everybody';
  // With a group of one's own, which many systems give each user, a writable group is nobody else.
  return (info.mode & 0o020) !== 0 && info.gid !== own ? 'a group' : undefined;
}
