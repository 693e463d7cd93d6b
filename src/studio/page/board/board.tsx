import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useStore } from '../live/store.js';
import { loadBoard, studio } from '../live/studio.js';
import { BeginDialog } from '../actions/begin-dialog.js';
import { Icon } from '../parts/icon.js';
import { Loading, Notice, Trouble } from '../parts/notice.js';
import { groupEpisodes, groupTitles, matches, type GroupName } from './groups.js';
import { List } from './list.js';

/** What was typed and chosen stays while the page is open, also when someone looks at an episode in between. */
const kept = { typed: '', only: null as GroupName | null };

export function Board() {
  const episodes = useStore(studio, (state) => state.episodes);
  const error = useStore(studio, (state) => state.error);
  const [typed, setTyped] = useState(kept.typed);
  const [only, setOnly] = useState(kept.only);
  const search = useRef<HTMLInputElement>(null);
  kept.typed = typed;
  kept.only = only;

  useEffect(() => {
    document.title = 'Episodes · Showrunner studio';
    const focus = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      search.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);

  const groups = useMemo(() => groupEpisodes(episodes?.values() ?? []), [episodes]);
  const shown = useMemo(
    () =>
      groups
        .filter(({ name }) => only === null || name === only)
        .map(({ name, episodes }) => ({
          name,
          episodes: typed.trim() === '' ? episodes : episodes.filter((episode) => matches(episode, typed)),
        }))
        .filter(({ episodes }) => episodes.length > 0),
    [groups, typed, only],
  );

  if (episodes === null)
    return error ? (
      <Trouble error={error} onRetry={() => void loadBoard()} />
    ) : (
      <Loading what="the episodes" />
    );
  if (episodes.size === 0) {
    return (
      <Notice icon="file" title="No episodes yet">
        <p>
          This production is empty. The first episode shows here within a second of its creation, whichever
          process makes it:
        </p>
        <pre>
          <code>npx showrunner create --topic "Why bees dance"</code>
        </pre>
        <Begin />
      </Notice>
    );
  }
  return (
    <>
      <div class="board-head">
        <h1>Episodes</h1>
        <label class="search">
          <Icon name="search" />
          <span class="visually-hidden">Find an episode by number, topic or state</span>
          <input
            ref={search}
            type="search"
            value={typed}
            placeholder="Find by number, topic or state"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
          <kbd aria-hidden="true">/</kbd>
        </label>
        <Begin />
      </div>
      <div class="filters" role="group" aria-label="Show">
        <Filter name="All" count={episodes.size} pressed={only === null} onPress={() => setOnly(null)} />
        {groups.map(({ name, episodes }) => (
          <Filter
            key={name}
            name={groupTitles[name]}
            urgent={name === 'needs'}
            count={episodes.length}
            pressed={only === name}
            onPress={() => setOnly(only === name ? null : name)}
          />
        ))}
      </div>
      {error && (
        <p class="banner banner-warn" role="status">
          <Icon name="warning" />
          {error.message} What you see is from before.
        </p>
      )}
      {shown.length === 0 ? (
        <Notice icon="search" title="No episode matches">
          <p>
            Nothing here is called “{typed}”{only === null ? '' : ` in ${groupTitles[only]}`}.
          </p>
          <button
            type="button"
            class="button"
            onClick={() => {
              setTyped('');
              setOnly(null);
            }}
          >
            Show all
          </button>
        </Notice>
      ) : (
        <List groups={shown} />
      )}
    </>
  );
}

/** Makes an episode from the page. */
function Begin() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="button button-main" data-begin onClick={() => setOpen(true)}>
        New episode…
      </button>
      {isOpen && <BeginDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function Filter({
  name,
  count,
  pressed,
  urgent = false,
  onPress,
}: {
  name: string;
  count: number;
  pressed: boolean;
  urgent?: boolean;
  onPress: () => void;
}) {
  return (
    <button
      type="button"
      class={`filter${urgent ? ' filter-urgent' : ''}`}
      aria-pressed={pressed}
      onClick={onPress}
    >
      {name} <span class="count">{count.toLocaleString('en-US')}</span>
    </button>
  );
}
