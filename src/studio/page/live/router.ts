import { createStore } from './store.js';

/** What the address names. The address's path is the server's; ours comes after the `#`, and is never sent. */
export type Route =
  | { view: 'board' }
  | { view: 'production' }
  | { view: 'actors'; id: string | null }
  | { view: 'episode'; sessionId: string };

export const route = createStore<{ current: Route }>({ current: readRoute() });

export function readRoute(): Route {
  const [view = '', id = ''] = location.hash.replace(/^#\/?/, '').split('/');
  if (view === 'production') return { view };
  if (view === 'actors') return { view, id: id === '' ? null : decodeURIComponent(id) };
  return view === 'episodes' && id !== ''
    ? { view: 'episode', sessionId: decodeURIComponent(id) }
    : { view: 'board' };
}

export const addressOf = {
  board: '#/',
  production: '#/production',
  actors: '#/actors',
  actor: (id: string): string => `#/actors/${encodeURIComponent(id)}`,
  episode: (sessionId: string): string => `#/episodes/${encodeURIComponent(sessionId)}`,
};

/** Follows the address. Call it once. */
export function followAddress(): void {
  addEventListener('hashchange', () => {
    // A new link was pasted into this tab: begin anew with its token.
    if (location.hash.startsWith('#token=')) {
      location.reload();
      return;
    }
    route.set({ current: readRoute() });
    scrollTo(0, 0);
  });
}
