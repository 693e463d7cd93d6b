import type { StudioEvent } from '../../api.js';
import { ApiError } from '../api/client.js';
import { readEvents } from '../api/event-stream.js';
import { forgetToken, readToken } from '../api/token.js';
import { loadBoard, newestPosition, studio, take, type Link } from './studio.js';
import { shareAmongTabs, type Tabs } from './tabs.js';

const firstWaitMs = 300;
const longestWaitMs = 5_000;
/** The server gives a sign of life at least every 15 s; a sleeping laptop's dead connection gives none. */
const longestSilenceMs = 45_000;

/** What the tab with the connection tells the others. */
type Told = { event: StudioEvent } | { link: Link } | { alive: true };

const listeners = new Set<(event: StudioEvent) => void>();

/** Hears every event of the server's. Returns how to stop hearing them. */
export function onEvent(listener: (event: StudioEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Connects, and connects again whenever the connection is lost, until the token is refused. A browser allows six connections to a host, over all
 * tabs: one tab has the stream, and tells the others. Call it once.
 */
export async function stayConnected(): Promise<void> {
  const token = readToken();
  if (token === null) {
    studio.set({ link: { state: 'no_token', refused: false } });
    return;
  }
  // Heard before the board is read: what comes between the two is not lost.
  const tabs = shareAmongTabs<Told>(`showrunner ${token}`, { hear, longestSilenceMs });
  void loadBoard();
  await tabs.takeTurns((signal) => keepListening(tabs, signal));
}

/** What the tab with the connection has said. */
function hear(told: Told): void {
  if ('event' in told) takeEvent(told.event);
  else if ('link' in told) studio.set({ link: told.link });
}

function takeEvent(event: StudioEvent): void {
  take(event);
  for (const listener of listeners) listener(event);
}

/** Until the token is refused, or `signal` is aborted: another tab goes on. */
async function keepListening(tabs: Tabs<Told>, signal: AbortSignal): Promise<void> {
  const say = (link: Link): void => {
    studio.set({ link });
    tabs.tell({ link });
  };
  tabs.onQuestion(() => ({ link: studio.get().link }));
  for (let lost = 0; !signal.aborted; lost++) {
    const listened = await listen(tabs, say, signal);
    if (signal.aborted) return;
    if (listened === 'refused') {
      forgetToken();
      say({ state: 'no_token', refused: true });
      return;
    }
    if (listened === 'heard') lost = 0;
    const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** lost) * (0.75 + Math.random() / 2);
    say({ state: 'waiting', retryAt: Date.now() + waitMs });
    await sleepOrWake(waitMs);
  }
}

/** Listens until the stream ends. */
async function listen(
  tabs: Tabs<Told>,
  say: (link: Link) => void,
  signal: AbortSignal,
): Promise<'heard' | 'nothing' | 'refused'> {
  const stop = new AbortController();
  let silence: ReturnType<typeof setTimeout> | undefined;
  let heardAnything = false;
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => stop.abort(), longestSilenceMs);
    tabs.tell({ alive: true });
  };
  const event = (told: StudioEvent): void => {
    if (!heardAnything) say({ state: 'live' });
    heardAnything = true;
    tabs.tell({ event: told });
    takeEvent(told);
  };
  heard();
  try {
    await readEvents(newestPosition(), { event, heard }, AbortSignal.any([stop.signal, signal]));
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
