import { useState } from 'preact/hooks';
import type { EpisodeView } from '../../api.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { ResultDialog } from './result-dialog.js';

interface Props {
  /** What the episode waits for, in words; it names the call. */
  text: string;
  view: EpisodeView;
  feed: EpisodeFeed;
}

/** A button for each paid call that a worker has asked for and of which nobody has said what it gave. */
export function MissingResults({ text, view, feed }: Props) {
  const [chosen, choose] = useState<string | null>(null);
  const missing = view.operations.filter(
    ({ key, status, hasResult }) =>
      status === 'settled' && !hasResult && text.includes(`operation ${key} of `),
  );
  const call = missing.find(({ key }) => key === chosen);
  if (missing.length === 0) return null;
  return (
    <span class="held-calls">
      {missing.map(({ key, name }) => (
        <button
          key={key}
          type="button"
          class="button button-main"
          data-result={key}
          onClick={() => choose(key)}
        >
          Result of {name}…
        </button>
      ))}
      {call && <ResultDialog call={call} view={view} feed={feed} onClose={() => choose(null)} />}
    </span>
  );
}
