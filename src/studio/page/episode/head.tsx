import type { EpisodeMoment, EpisodeView } from '../../api.js';
import { Actions } from '../actions/actions.js';
import { HeldCalls } from '../actions/held-calls.js';
import { MissingResult } from '../actions/missing-result.js';
import { Questions } from '../actions/questions.js';
import { needNames } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { addressOf } from '../live/router.js';
import { Age } from '../parts/age.js';
import { Icon } from '../parts/icon.js';
import { StateMark } from '../parts/state-mark.js';
import { Work } from './work.js';

/** What the episode is, where it stands, who waits for whom, and what can be done. */
export function EpisodeHead({
  shown,
  view,
  feed,
}: {
  shown: EpisodeMoment;
  view: EpisodeView;
  feed: EpisodeFeed;
}) {
  const { board } = shown;
  const { claim, note, forkedFrom } = shown.snapshot.context;
  // Said below, with the commands that fit how it was begun.
  const needs = view.board.needs.filter(({ need }) => need !== 'idle' || view.work === null);
  return (
    <header class="episode-head">
      <a class="back" href={addressOf.board}>
        <Icon name="back" />
        Episodes
      </a>
      <div class="episode-title">
        <h1>
          <span class="number">{board.episodeNumber}</span> {board.topic}
        </h1>
        <Actions view={view} feed={feed} />
      </div>
      <p class="episode-meta">
        <StateMark state={board.state} />
        <code>{board.sessionId}</code>
        <span>
          created <Age at={board.createdAt} /> ago
        </span>
        <span>
          changed <Age at={board.updatedAt} /> ago
        </span>
        {claim && (shown !== view || view.work?.by === claim.by) && (
          <span title={`until ${claim.until}`}>
            held by <code>{claim.by}</code>
          </span>
        )}
        {forkedFrom && (
          <span>
            fork of{' '}
            <a href={addressOf.episode(forkedFrom)}>
              <code>{forkedFrom}</code>
            </a>
          </span>
        )}
        {board.wait && <span data-wait={board.wait.for}>{board.wait.text}</span>}
        {note && <span>“{note}”</span>}
      </p>
      {needs.length > 0 && (
        <ul class="need-list" aria-label="Waiting for a person">
          {needs.map(({ need, text, next, key }, index) => (
            <li
              key={need + text}
              data-need={need}
              class={`banner banner-${need === 'failed' || need.endsWith('stop') ? 'bad' : 'warn'}`}
            >
              <Icon name="warning" />
              <span>
                <b>{needNames[need]}</b> {text}
                {next.map((command) => (
                  <code key={command} class="next-command">
                    {command}
                  </code>
                ))}
                {need === 'missing_result' && <MissingResult callKey={key} view={view} feed={feed} />}
                {need === 'held_operation' && <HeldCalls view={view} feed={feed} />}
                {need === 'question' && needs.findIndex((each) => each.need === need) === index && (
                  <Questions view={view} feed={feed} />
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      <Work work={view.work} />
    </header>
  );
}
