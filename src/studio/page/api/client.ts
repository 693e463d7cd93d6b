import type {
  ActorLine,
  ActorView,
  BoardView,
  ChartView,
  CheckpointView,
  EpisodeMoment,
  EpisodeView,
  Correction,
  FileEdit,
  Fork,
  HeldAnswer,
  JsonView,
  NewEpisode,
  ProductionView,
  QuestionAnswer,
  Restore,
  StudioAction,
  TimelineEntry,
} from '../../api.js';
import { readToken } from './token.js';

/** What the server or the network said instead of an answer. `unreachable` is the network's; all other codes are the server's. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly remedy = 'retry',
    readonly status = 0,
  ) {
    super(message);
  }
}

/** Asks the studio's server, with the token. Rejects with an {@link ApiError}, or with the signal's AbortError. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${readToken() ?? ''}`);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers, cache: 'no-store' });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(
      'unreachable',
      'The studio’s server does not answer. It may have been stopped; this page tries again by itself.',
    );
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as {
    error?: { code?: string; message?: string; remedy?: string };
  } | null;
  const {
    code = `http_${response.status}`,
    message = `The server answered ${response.status}.`,
    remedy,
  } = body?.error ?? {};
  return new ApiError(code, message, remedy, response.status);
}

async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await request(path, signal ? { signal } : {});
  return (await response.json()) as Answer;
}

async function post<Answer>(path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const response = await request(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as Answer;
}

const episode = (id: string): string => `/api/episodes/${encodeURIComponent(id)}`;

export const api = {
  production: () => get<ProductionView>('/api/production'),
  episodes: () => get<BoardView>('/api/episodes'),
  /** Of the operations those that have changed after a journal position. */
  episode: (id: string, after: number) => get<EpisodeView>(`${episode(id)}?after=${after}`),
  history: (id: string, after: number) =>
    get<{ entries: TimelineEntry[] }>(`${episode(id)}/history?after=${after}`),
  moment: (id: string, position: number, signal: AbortSignal) =>
    get<EpisodeMoment>(`${episode(id)}/at/${position}`, signal),
  actors: () => get<{ directory: string; actors: ActorLine[] }>('/api/actors'),
  actor: (id: string) => get<ActorView>(`/api/actors/${encodeURIComponent(id)}`),
  chart: () => get<ChartView>('/api/chart'),
  checkpoint: (id: string, name: string) =>
    get<CheckpointView>(`${episode(id)}/checkpoints/${encodeURIComponent(name)}`),
  result: (id: string, key: string) =>
    get<{ result: JsonView | null }>(`${episode(id)}/result?key=${encodeURIComponent(key)}`),
  /** Answers how the episode stands after the action; a fork's answer is the fork. */
  act: (id: string, action: StudioAction | HeldAnswer | Correction | QuestionAnswer | Fork | Restore) =>
    post<EpisodeView>(`${episode(id)}/actions`, action),
  begin: (asked: NewEpisode) => post<EpisodeView>('/api/episodes', asked),
  edit: (id: string, asked: FileEdit) => post<EpisodeView>(`${episode(id)}/edits`, asked),
  /** The first bytes of a text, as text; all of it where it is no longer. */
  async beginning(url: string, most: number, signal: AbortSignal): Promise<string> {
    const response = await request(url, { signal, headers: { range: `bytes=0-${most - 1}` } });
    // A letter may be cut in two.
    return (await response.text()).replace(/\ufffd{1,3}$/, '');
  },
  /** The file's address for what sends no token: a player, a download. */
  address: (url: string, signal?: AbortSignal) => get<{ url: string }>(`${url}/address`, signal),
};
