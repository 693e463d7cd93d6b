import type { EpisodeView } from '../../api.js';
import { bytes } from '../format.js';
import { Age } from '../parts/age.js';
import { Icon } from '../parts/icon.js';

/** What one could go back to, the newest first. */
export function Checkpoints({ checkpoints }: { checkpoints: EpisodeView['checkpoints'] }) {
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
              </li>
            ))}
        </ul>
      )}
    </section>
  );
}
