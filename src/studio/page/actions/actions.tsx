import { useState } from 'preact/hooks';
import type { EpisodeView, StudioAction } from '../../api.js';
import { actionNames } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { ActionDialog } from './action-dialog.js';
import { ForkDialog } from './fork-dialog.js';

const main = new Set<StudioAction['action']>(['resume', 'recover']);
const order: StudioAction['action'][] = [
  'cancel',
  'archive',
  'unarchive',
  'raiseBudget',
  'pause',
  'resume',
  'recover',
];

/** What a person may do now; approving and rejecting stand beside the work that is judged. Each asks again before it happens. */
export function Actions({ view, feed }: { view: EpisodeView; feed: EpisodeFeed }) {
  const [asked, ask] = useState<StudioAction['action'] | null>(null);
  const [isForking, setForking] = useState(false);
  const possible = order.filter((action) => view.actions.includes(action));
  return (
    <div class="actions" role="group" aria-label="Actions">
      <button type="button" data-action="fork" class="button button-quiet" onClick={() => setForking(true)}>
        Fork…
      </button>
      {possible.map((action) => (
        <button
          key={action}
          type="button"
          data-action={action}
          class={`button${main.has(action) ? ' button-main' : ''}${action === 'cancel' ? ' button-quiet' : ''}`}
          onClick={() => ask(action)}
        >
          {actionNames[action]}…
        </button>
      ))}
      {isForking && <ForkDialog from={null} view={view} onClose={() => setForking(false)} />}
      {asked && <ActionDialog action={asked} view={view} feed={feed} onClose={() => ask(null)} />}
    </div>
  );
}
