import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PersistedEpisode } from '../../machines/index.js';
import { nodeDisk } from '../disk/node-disk.js';
import { unseal } from '../documents/seal.js';
import { idleNeed } from '../reports/idle.js';
import type { EpisodeState, Need } from '../shapes/index.js';

/** An episode as a listing shows it: the seed's state, and what it waits for. */
export type ListedEpisode = EpisodeState & { needs: Need[] };

/**
 * The listed episodes straight from state.json, when it can be trusted and reflects the journal's very end; undefined otherwise.
 * Without the engine a listing starts in half the time.
 */
export function listFast(directory: string): ListedEpisode[] | undefined {
  try {
    const document = readSealed(join(directory, 'state.json')) as StateFile | undefined;
    if (document?.version !== '3.0.0' || document.showrunner?.format !== 1) return undefined;
    const { position, sessions } = document.showrunner;
    if (position !== journalEnd(join(directory, 'journal'))) return undefined;
    const active = Object.values(document.active_episodes).map((state) => ({
      ...state,
      needs: needsShown(directory, state, sessions[state.session_id]),
    }));
    const ended = Object.values(document.completed_episodes);
    return [...active, ...ended.map((state) => ({ ...state, needs: [] }))];
  } catch {
    // Whatever is wrong, opening the production will say it better.
    return undefined;
  }
}

interface StateFile {
  version: string;
  active_episodes: Record<string, EpisodeState>;
  completed_episodes: Record<string, EpisodeState>;
  showrunner?: { format: number; position: number; sessions: Record<string, number> };
}

interface SessionFile {
  needs: Need[];
  showrunner: { position: number; snapshot: PersistedEpisode };
}

/** @throws Error when session.json does not show the episode as it stands. */
function needsShown(directory: string, state: EpisodeState, position: number | undefined): Need[] {
  const session = readSealed(join(directory, state.session_id, 'session.json')) as SessionFile | undefined;
  if (session === undefined || session.showrunner.position !== position || !Array.isArray(session.needs))
    throw new Error('session.json is not as new as state.json');
  if (session.needs.length > 0) return session.needs;
  return idleNeed(state.status, session.showrunner.snapshot.context, new Date().toISOString());
}

function readSealed(path: string): unknown {
  const bytes = nodeDisk.readFile(path);
  return bytes && unseal(bytes);
}

/** Where the last segment ends; the name of a segment is where it begins. */
function journalEnd(folder: string): number {
  const last = readdirSync(folder)
    .filter((name) => /^\d{20}\.ndjson$/.test(name))
    .sort()
    .at(-1);
  return last === undefined ? -1 : Number(last.slice(0, 20)) + statSync(join(folder, last)).size;
}
