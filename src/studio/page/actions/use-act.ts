import type { EpisodeView } from '../../api.js';
import { api } from '../api/client.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { show } from '../live/studio.js';
import { announce } from '../parts/announce.js';
import { useDeed, type Deed } from '../parts/use-deed.js';

type Action = Parameters<typeof api.act>[1];

/** What a dialog on one episode does once it is confirmed. */
export interface Acting extends Pick<Deed, 'busy' | 'error'> {
  /** Does the action, shows and announces what came of it, and closes the dialog. */
  act(event: SubmitEvent, make: () => Action, said: (after: EpisodeView) => string): void;
}

export function useAct(view: EpisodeView, feed: EpisodeFeed, onClose: () => void): Acting {
  const { busy, error, run } = useDeed();
  return {
    busy,
    error,
    act(event, make, said) {
      run(
        event,
        async () => api.act(view.board.sessionId, make()),
        (after) => {
          takeAnswer(feed, after, said(after));
          onClose();
        },
      );
    },
  };
}

/** Shows an episode as an action has left it, and says so. */
export function takeAnswer(feed: EpisodeFeed, after: EpisodeView, said: string): void {
  feed.take(after);
  show(after.position, after.board);
  announce(said);
}
