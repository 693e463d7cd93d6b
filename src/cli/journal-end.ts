import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Where a production's last segment ends, -1 where there is none; the name of a segment is where it begins. */
export function journalEnd(directory: string): number {
  const folder = join(directory, 'journal');
  const last = readdirSync(folder)
    .filter((name) => /^\d{20}\.ndjson$/.test(name))
    .sort()
    .at(-1);
  return last === undefined ? -1 : Number(last.slice(0, 20)) + statSync(join(folder, last)).size;
}
