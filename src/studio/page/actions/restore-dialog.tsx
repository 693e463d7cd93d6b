import { useEffect, useState } from 'preact/hooks';
import type { CheckpointView, EpisodeView } from '../../api.js';
import { api } from '../api/client.js';
import { dollars, phases, stateText } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { Dialog } from '../parts/dialog.js';
import { FormEnd } from '../parts/form-end.js';
import { Refused } from '../parts/refused.js';
import { useAct } from './use-act.js';

interface Props {
  name: string;
  view: EpisodeView;
  feed: EpisodeFeed;
  onClose: () => void;
}

/** Says how the episode would stand after going back, and goes back once it is confirmed. */
export function RestoreDialog({ name, view, feed, onClose }: Props) {
  const [found, setFound] = useState<CheckpointView | null>(null);
  const [unread, setUnread] = useState<unknown>(null);
  const { busy, error, act } = useAct(view, feed, onClose);
  const id = view.board.sessionId;
  useEffect(() => {
    api.checkpoint(id, name).then(setFound, setUnread);
  }, [id, name]);
  const isRefused = unread !== null || (found !== null && 'refused' in found.restore);
  const confirm = (event: SubmitEvent): void =>
    act(
      event,
      () => ({ action: 'restore', checkpointName: name }),
      ({ board }) => `Gone back to ${name}. The episode is now ${stateText(board.state)}.`,
    );
  return (
    <Dialog title={`Go back to ${name}?`} onClose={onClose}>
      <form class="form" onSubmit={confirm}>
        <p>
          What comes after it is made, and paid for, again. What was spent stays spent, and nothing is taken
          out of the past.
        </p>
        {found ? <Preview restore={found.restore} /> : unread === null && <p role="status">Looking…</p>}
        <Refused error={error ?? unread} />
        <FormEnd
          label="Go back"
          confirm="restore"
          isDanger
          busy={busy || found === null || isRefused}
          {...(isRefused ? { idle: 'Go back' } : {})}
          onClose={onClose}
        />
      </form>
    </Dialog>
  );
}

function Preview({ restore }: { restore: CheckpointView['restore'] }) {
  if ('refused' in restore)
    return (
      <p class="banner banner-warn" role="alert">
        <span>{restore.refused}</span>
      </p>
    );
  return (
    <dl class="facts" aria-label="It would stand">
      {phases.map((phase) => (
        <>
          <dt>{phase}</dt>
          <dd>{restore.phases[phase]}</dd>
        </>
      ))}
      <dt>Spent</dt>
      <dd>{dollars(restore.spent)}</dd>
    </dl>
  );
}
