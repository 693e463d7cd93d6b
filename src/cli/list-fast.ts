import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nodeDisk } from '../disk/node-disk.js';
import { unseal } from '../documents/seal.js';
import type { EpisodeState } from '../shapes/seed.js';

/**
 * The listed episodes straight from state.json, when it can be trusted and reflects the journal's very end; undefined otherwise.
 * Without the engine a listing starts in half the time.
 */
export function listFast(directory: string): EpisodeState[] | undefined {
  try {
    const bytes = nodeDisk.readFile(join(directory, 'state.json'));
    const document = bytes && (unseal(bytes) as StateFile | undefined);
    if (document?.version !== '3.0.0' || document.showrunner?.format !== 1) return undefined;
    if (document.showrunner.position !== journalEnd(join(directory, 'journal'))) return undefined;
    return [...Object.values(document.active_episodes), ...Object.values(document.completed_episodes)];
  } catch {
    // Whatever is wrong, opening the production will say it better.
    return undefined;
  }
}

interface StateFile {
  version: string;
  active_episodes: Record<string, EpisodeState>;
  completed_episodes: Record<string, EpisodeState>;
  showrunner?: { format: number; position: number };
}

/** Where the last segment ends; the name of a segment is where it begins. */
function journalEnd(folder: string): number {
  const last = readdirSync(folder)
    .filter((name) => /^\d{20}\.ndjson$/.test(name))
    .sort()
    .at(-1);
  return last === undefined ? -1 : Number(last.slice(0, 20)) + statSync(join(folder, last)).size;
}
