import { useState } from 'preact/hooks';
import type { EpisodeView, StudioAction } from '../../api.js';
import { actionNames } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { ActionDialog } from './action-dialog.js';

const main = new Set<StudioAction['action']>(['approve', 'resume', 'recover']);
const order: StudioAction['action'][] = [
  'cancel',
  'archive',
  'raiseBudget',
  'pause',
  'reject',
  'resume',
  'recover',
  'approve',
];

/** What a person may do now. Each asks again before it happens. */
export function Actions({ view, feed }: { view: EpisodeView; feed: EpisodeFeed }) {
  const [asked, ask] = useState<StudioAction['action'] | null>(null);
  const possible = order.filter((action) => view.actions.includes(action));
  return (
    <div class="actions" role="group" aria-label="Actions">
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
      {asked && <ActionDialog action={asked} view={view} feed={feed} onClose={() => ask(null)} />}
    </div>
  );
}
