import { useState } from 'preact/hooks';
import type { EpisodeView } from '../../api.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { ResultDialog } from './result-dialog.js';

interface Props {
  /** Which call a worker has asked for. */
  callKey: string | undefined;
  view: EpisodeView;
  feed: EpisodeFeed;
}

/** A button for the paid call that a worker has asked for and of which nobody has said what it gave. */
export function MissingResult({ callKey, view, feed }: Props) {
  const [isOpen, setOpen] = useState(false);
  const call = view.operations.find(({ key, status }) => key === callKey && status === 'settled');
  if (!call) return null;
  return (
    <span class="held-calls">
      <button type="button" class="button button-main" data-result={call.key} onClick={() => setOpen(true)}>
        Result of {call.name}…
      </button>
      {isOpen && <ResultDialog call={call} view={view} feed={feed} onClose={() => setOpen(false)} />}
    </span>
  );
}
