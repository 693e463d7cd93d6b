import { Board } from './board/board.js';
import { Episode } from './episode/episode.js';
import { Header } from './header.js';
import { Keys } from './keys.js';
import { route } from './live/router.js';
import { useStore } from './live/store.js';
import { studio } from './live/studio.js';
import { NoToken } from './no-token.js';
import { Announcements } from './parts/announce.js';
import { OldCopyBanner } from './parts/old-copy.js';
import { lazily } from './parts/lazily.js';

const Actor = lazily('the actor', async () => (await import('./actors/actor.js')).Actor);
const Actors = lazily('the actors', async () => (await import('./actors/actors.js')).Actors);
const Production = lazily(
  'the production',
  async () => (await import('./production/production.js')).Production,
);

/** The whole page: one of its views, or what to do without a token. */
export function App() {
  const current = useStore(route, (state) => state.current);
  const link = useStore(studio, (state) => state.link);
  return (
    <>
      <a
        class="skip-link"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('content')?.focus();
        }}
      >
        Skip to the content
      </a>
      <Header />
      <OldCopyBanner />
      <main id="content" tabIndex={-1}>
        {link.state === 'no_token' ? <NoToken refused={link.refused} /> : <View current={current} />}
      </main>
      <Keys />
      <Announcements />
    </>
  );
}

function View({ current }: { current: ReturnType<typeof route.get>['current'] }) {
  if (current.view === 'episode') return <Episode key={current.sessionId} sessionId={current.sessionId} />;
  if (current.view === 'actors')
    return current.id === null ? <Actors /> : <Actor key={current.id} id={current.id} />;
  return current.view === 'production' ? <Production /> : <Board />;
}
