import { useEffect } from 'preact/hooks';
import type { ActorLine } from '../../api.js';
import { api } from '../api/client.js';
import { addressOf } from '../live/router.js';
import { Loading, Notice, Trouble } from '../parts/notice.js';
import { useTold } from './use-told.js';

/** Embedders' own XState actors, as their inspectors tell of them; children below their parents. */
export function Actors() {
  const { answer, error, retry } = useTold(api.actors);
  useEffect(() => {
    document.title = 'Actors · Showrunner studio';
  }, []);
  if (!answer) return error ? <Trouble error={error} onRetry={retry} /> : <Loading what="the actors" />;
  const known = new Set(answer.actors.map(({ id }) => id));
  const roots = answer.actors.filter(({ parentId }) => parentId === null || !known.has(parentId));
  return (
    <>
      <div class="board-head">
        <h1>Actors</h1>
        <span class="quiet">your own, of any machine</span>
      </div>
      {roots.length === 0 ? (
        <HowTo directory={answer.directory} />
      ) : (
        <section class="card">
          <Tree actors={roots} all={answer.actors} depth={0} />
        </section>
      )}
    </>
  );
}

function HowTo({ directory }: { directory: string }) {
  return (
    <Notice icon="active" title="No actor has been told of">
      <p>
        XState actors of your own programs show here, with any machine and without the internet. Give them an
        inspector:
      </p>
      <pre
        class="code"
        tabIndex={0}
        aria-label="How to give an actor an inspector"
      >{`import { createWebSocketInspector } from '@statelyai/inspect';
import { inspectionAddress } from 'showrunner';

const { inspect } = createWebSocketInspector({
  url: await inspectionAddress({
    directory: ${JSON.stringify(directory)},
    port: ${location.port},
  }),
});
createActor(yourMachine, { inspect }).start();`}</pre>
      <p class="quiet">The address opens one connection, within half a minute: each gets its own.</p>
    </Notice>
  );
}

const deepest = 20;

function Tree({
  actors,
  all,
  depth,
}: {
  actors: readonly ActorLine[];
  all: readonly ActorLine[];
  depth: number;
}) {
  if (actors.length === 0 || depth > deepest) return null;
  return (
    <ul class="actor-tree">
      {actors.map((actor) => (
        <li key={actor.id}>
          <a class="actor-line" href={addressOf.actor(actor.id)} data-actor={actor.id}>
            <b class="actor-name">{actor.name}</b>
            <span class="actor-state">{actor.state || '–'}</span>
            <span class="quiet">
              {actor.last === null
                ? 'no events'
                : `${actor.events} event${actor.events === 1 ? '' : 's'}, the last ${actor.last}`}
            </span>
          </a>
          <Tree
            actors={all.filter(({ parentId }) => parentId === actor.id && parentId !== null)}
            all={all}
            depth={depth + 1}
          />
        </li>
      ))}
    </ul>
  );
}
