import { useState } from 'preact/hooks';
import type { EpisodeView } from '../../api.js';
import { api } from '../api/client.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { show } from '../live/studio.js';
import { announce } from '../parts/announce.js';

type Action = Parameters<typeof api.act>[1];

/** What a dialog's form does once it is confirmed. */
export interface Acting {
  busy: boolean;
  /** What went wrong with the last try, also in making the action; null when nothing did. */
  error: unknown;
  /** Does the action, shows and announces what came of it, and closes the dialog. */
  act(event: SubmitEvent, make: () => Action, said: (after: EpisodeView) => string): void;
}

export function useAct(view: EpisodeView, feed: EpisodeFeed, onClose: () => void): Acting {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async (make: () => Action, said: (after: EpisodeView) => string): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      const after = await api.act(view.board.sessionId, make());
      feed.take(after);
      show(after.position, after.board);
      announce(said(after));
      onClose();
    } catch (refused) {
      setError(refused);
      setBusy(false);
    }
  };
  return {
    busy,
    error,
    act(event, make, said) {
      event.preventDefault();
      void run(make, said);
    },
  };
}
