import { chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// Root may read and write everything: then somebody else does it.
const isRoot = process.getuid?.() === 0;
const user = isRoot ? 65_534 : (process.geteuid?.() ?? 0);

/** Does something as a user whose rights count. */
export async function asUser<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  if (isRoot) process.seteuid?.(user);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

/** Makes a folder and all that is in it his, but for what has this name. */
export function giveToUser(folder: string, { but }: { but?: string } = {}): void {
  if (!isRoot) return;
  chownSync(folder, user, user);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' }))
    if (entry.name !== but) chownSync(join(entry.parentPath, entry.name), user, user);
}
