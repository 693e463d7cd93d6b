import type { BoardEpisode, ProductionView, StudioEvent } from '../../api.js';
import { ApiError, api } from '../api/client.js';
import { createStore } from './store.js';

/** How the page stands with the server. */
export type Link =
  | { state: 'connecting' }
  | { state: 'live' }
  | { state: 'waiting'; retryAt: number }
  | { state: 'no_token'; refused: boolean };

export interface Studio {
  link: Link;
  /** By session id; null until first read. */
  episodes: ReadonlyMap<string, BoardEpisode> | null;
  today: ProductionView['today'] | null;
  directory: string;
  /** What is shown while the log cannot be reached; null where it answers, and for a production of files. */
  oldCopy: Extract<StudioEvent, { type: 'log' }>['oldCopy'];
  /** What went wrong when the board was last read; null when nothing did. */
  error: ApiError | null;
}

/** What the whole page knows of the production, kept up to date by the server's events. */
export const studio = createStore<Studio>({
  link: { state: 'connecting' },
  episodes: null,
  today: null,
  directory: '',
  oldCopy: null,
  error: null,
});

/** Journal position of the newest thing that the board shows; null before the first. */
let position: number | null = null;
/** Newer than the board's own reading: the position at which each was told. */
const told = new Map<string, { at: number; board: BoardEpisode }>();
let changed = new Map<string, BoardEpisode>();

/** Where to go on listening from. */
export function newestPosition(): number | null {
  return position;
}

/** Reads the whole board; what was told meanwhile and is newer stays. */
export async function loadBoard(): Promise<void> {
  try {
    const { position: read, episodes, today, directory } = await api.episodes();
    const all = new Map(episodes.map((episode) => [episode.sessionId, episode]));
    for (const [id, { at, board }] of told) {
      if (at > read) all.set(id, board);
      else told.delete(id);
    }
    position = Math.max(position ?? 0, read);
    studio.set({ episodes: all, today, directory, error: null });
  } catch (error) {
    studio.set({ error: asApiError(error) });
  }
}

/** Takes one event of the server's. */
export function take(event: StudioEvent): void {
  if (event.type === 'log') studio.set({ oldCopy: event.oldCopy });
  if (event.type === 'hello') studio.set({ oldCopy: null });
  if (event.type === 'today') studio.set({ today: event.today });
  if (event.type === 'hello' && event.position !== position) void loadBoard();
  if (event.type === 'commit') {
    position = Math.max(position ?? 0, event.position);
    show(event.position, event.board);
  }
}

/** Shows an episode as an action's answer or an event tells it. */
export function show(at: number, board: BoardEpisode): void {
  if ((told.get(board.sessionId)?.at ?? -1) > at) return;
  told.set(board.sessionId, { at, board });
  if (changed.size === 0) requestAnimationFrame(mergeChanged);
  changed.set(board.sessionId, board);
}

// One copy of the map per frame, not per event: a thousand episodes may move in a second.
function mergeChanged(): void {
  const { episodes } = studio.get();
  if (episodes) studio.set({ episodes: new Map([...episodes, ...changed]) });
  changed = new Map();
}

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError
    ? error
    : new ApiError('unknown', error instanceof Error ? error.message : String(error));
}
