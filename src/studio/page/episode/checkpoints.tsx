import { useState } from 'preact/hooks';
import type { EpisodeView } from '../../api.js';
import { ForkDialog } from '../actions/fork-dialog.js';
import { RestoreDialog } from '../actions/restore-dialog.js';
import { bytes } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { Age } from '../parts/age.js';
import { Icon } from '../parts/icon.js';

interface Props {
  checkpoints: EpisodeView['checkpoints'];
  /** Null in the past: nothing can be done there. */
  view: EpisodeView | null;
  feed: EpisodeFeed;
}

/** What one could go back to, or go on from in a new episode; the newest first. */
export function Checkpoints({ checkpoints, view, feed }: Props) {
  const [asked, ask] = useState<{ what: 'fork' | 'restore'; name: string } | null>(null);
  const mayRestore = view?.allowed.includes('checkpoint.restore') === true;
  return (
    <section class="card">
      <h2>
        Checkpoints <span class="count">{checkpoints.length}</span>
      </h2>
      {checkpoints.length === 0 ? (
        <p class="empty">None yet. Each finished phase saves one by itself.</p>
      ) : (
        <ul class="lines">
          {checkpoints
            .toSorted((a, b) => (a.savedAt < b.savedAt ? 1 : -1))
            .map((checkpoint) => (
              <li key={checkpoint.name}>
                <Icon name="save" />
                <span class="line-main">
                  <b>{checkpoint.name}</b>
                  <span class="quiet">
                    {checkpoint.phase} · {checkpoint.automatic ? 'by itself' : 'by hand'}
                    {checkpoint.bytes !== null && ` · ${bytes(checkpoint.bytes)}`}
                  </span>
                </span>
                <span class="quiet">
                  <Age at={checkpoint.savedAt} /> ago
                </span>
                {view && checkpoint.resumes !== null && (
                  <span class="line-actions">
                    {mayRestore && (
                      <button
                        type="button"
                        class="button button-small"
                        data-restore={checkpoint.name}
                        aria-label={`Restore ${checkpoint.name}`}
                        onClick={() => ask({ what: 'restore', name: checkpoint.name })}
                      >
                        Restore…
                      </button>
                    )}
                    <button
                      type="button"
                      class="button button-small"
                      data-fork={checkpoint.name}
                      aria-label={`Fork from ${checkpoint.name}`}
                      onClick={() => ask({ what: 'fork', name: checkpoint.name })}
                    >
                      Fork…
                    </button>
                  </span>
                )}
              </li>
            ))}
        </ul>
      )}
      {view && asked?.what === 'restore' && (
        <RestoreDialog name={asked.name} view={view} feed={feed} onClose={() => ask(null)} />
      )}
      {view && asked?.what === 'fork' && (
        <ForkDialog from={{ checkpoint: asked.name }} view={view} onClose={() => ask(null)} />
      )}
    </section>
  );
}
