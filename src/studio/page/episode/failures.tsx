import { useState } from 'preact/hooks';
import type { EpisodeView } from '../../api.js';
import { ActionDialog } from '../actions/action-dialog.js';
import { dollars, expected, words } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { Age } from '../parts/age.js';
import { Icon } from '../parts/icon.js';
import type { PhaseName } from '../../../../machines/phase-names.js';

/** What went wrong, the newest first, and the ways to go on. Nothing at all where nothing went wrong. */
export function Failures({
  failures,
  recovery,
  view,
  feed,
}: Pick<EpisodeView, 'failures' | 'recovery'> & { view: EpisodeView; feed: EpisodeFeed }) {
  const [at, recoverAt] = useState<PhaseName | null>(null);
  if (failures.length === 0 && !recovery) return null;
  return (
    <section class="card">
      <h2>
        Failures <span class="count">{failures.length}</span>
      </h2>
      <ul class="lines">
        {failures
          .toSorted((a, b) => (a.at < b.at ? 1 : -1))
          .map((failure) => (
            <li key={failure.at + failure.code} class="failure">
              <Icon name="failed" />
              <span class="line-main">
                <b>
                  {words(failure.code)}
                  {failure.phase && ` in ${failure.phase}`}
                  {failure.attempt > 1 && `, attempt ${failure.attempt}`}
                </b>
                <span>{failure.message}</span>
              </span>
              <span class="quiet">
                <Age at={failure.at} /> ago
              </span>
            </li>
          ))}
      </ul>
      {recovery && (
        <div class="recovery">
          <h3>Ways to go on</h3>
          {!recovery.recoverable && (
            <p class="banner banner-warn">
              <Icon name="warning" />
              <span>It cannot be recovered now: {recovery.reason}</span>
            </p>
          )}
          <ul class="options">
            {recovery.options.map((option) => (
              <li key={option.phase}>
                <span class="line-main">
                  <b>From {option.phase}</b>
                  <span>{option.text}</span>
                  <span class="quiet">
                    {option.keeps.length > 0 ? `keeps ${option.keeps.join(', ')} · ` : ''}
                    {expected(option.expectedCost)} · {dollars(option.left)} left
                  </span>
                </span>
                {recovery.recoverable && view.actions.includes('recover') && (
                  <button type="button" class="button button-small" onClick={() => recoverAt(option.phase)}>
                    Recover at {option.phase}
                  </button>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
      {at && (
        <ActionDialog action="recover" at={at} view={view} feed={feed} onClose={() => recoverAt(null)} />
      )}
    </section>
  );
}
