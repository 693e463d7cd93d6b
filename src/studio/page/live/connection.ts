import type { StudioEvent } from '../../api.js';
import { ApiError } from '../api/client.js';
import { readEvents } from '../api/event-stream.js';
import { forgetToken, readToken } from '../api/token.js';
import { loadBoard, loadHead, newestPosition, studio, take } from './studio.js';

const firstWaitMs = 300;
const longestWaitMs = 5_000;
/** The server gives a sign of life at least every 15 s; a sleeping laptop's dead connection gives none. */
const longestSilenceMs = 45_000;

const listeners = new Set<(event: StudioEvent) => void>();

/** Hears every event of the server's. Returns how to stop hearing them. */
export function onEvent(listener: (event: StudioEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Connects, and connects again whenever the connection is lost, until the token is refused. Call it once. */
export async function stayConnected(): Promise<void> {
  if (readToken() === null) {
    studio.set({ link: { state: 'no_token', refused: false } });
    return;
  }
  void loadBoard();
  void loadHead();
  for (let lost = 0; ; lost++) {
    const listened = await listen();
    if (listened === 'refused') {
      forgetToken();
      studio.set({ link: { state: 'no_token', refused: true } });
      return;
    }
    if (listened === 'heard') lost = 0;
    const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** lost) * (0.75 + Math.random() / 2);
    studio.set({ link: { state: 'waiting', retryAt: Date.now() + waitMs } });
    await sleepOrWake(waitMs);
  }
}

/** Listens until the stream ends. */
async function listen(): Promise<'heard' | 'nothing' | 'refused'> {
  const stop = new AbortController();
  let silence: ReturnType<typeof setTimeout> | undefined;
  let heardAnything = false;
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => stop.abort(), longestSilenceMs);
  };
  const event = (told: StudioEvent): void => {
    if (!heardAnything) studio.set({ link: { state: 'live' } });
    heardAnything = true;
    take(told);
    for (const listener of listeners) listener(told);
  };
  heard();
  try {
    await readEvents(newestPosition(), { event, heard }, stop.signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return 'refused';
  } finally {
    clearTimeout(silence);
  }
  return heardAnything ? 'heard' : 'nothing';
}

/** Waits, but not longer than until the network comes back or someone looks at the page again. */
function sleepOrWake(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      if (document.visibilityState !== 'visible') return;
      clearTimeout(timer);
      removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
      resolve();
    };
    const timer = setTimeout(() => {
      removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
      resolve();
    }, ms);
    addEventListener('online', wake);
    document.addEventListener('visibilitychange', wake);
  });
}
