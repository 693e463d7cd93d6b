import { useState } from 'preact/hooks';
import type { EpisodeView } from '../../api.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { HeldDialog } from './held-dialog.js';

/** A button for each call whose outcome nobody knows. */
export function HeldCalls({ view, feed }: { view: EpisodeView; feed: EpisodeFeed }) {
  const [asked, ask] = useState<string | null>(null);
  const { operations } = view.snapshot.context;
  const held = view.operations.filter(({ status, key }) => status === 'held' && !operations[key]?.question);
  const chosen = held.find(({ key }) => key === asked);
  return (
    <span class="held-calls">
      {held.map(({ key, name }) => (
        <button key={key} type="button" class="button button-main" data-answer={key} onClick={() => ask(key)}>
          Answer for {name}…
        </button>
      ))}
      {chosen && <HeldDialog call={chosen} view={view} feed={feed} onClose={() => ask(null)} />}
    </span>
  );
}
