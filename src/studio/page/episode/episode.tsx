import { useEffect, useMemo, useState } from 'preact/hooks';
import type { EpisodeView } from '../../api.js';
import { ForkDialog } from '../actions/fork-dialog.js';
import { Chart } from '../chart/chart.js';
import { moment as time } from '../format.js';
import { openEpisode, type EpisodeFeed } from '../live/episode-feed.js';
import { useStore } from '../live/store.js';
import { useMoment } from '../live/use-moment.js';
import { Icon } from '../parts/icon.js';
import { Loading, Notice, Trouble } from '../parts/notice.js';
import { Timeline } from '../timeline/timeline.js';
import { Checkpoints } from './checkpoints.js';
import { Failures } from './failures.js';
import { Files } from './files.js';
import { EpisodeHead } from './head.js';
import { PhaseMoney } from './phase-money.js';
import { Operations } from './operations.js';
import { Review } from './review.js';
import { Scores } from './scores.js';

/** One episode: now, live; or as it stood at a commit of its past. */
export function Episode({ sessionId }: { sessionId: string }) {
  const [feed, setFeed] = useState<EpisodeFeed | null>(null);
  useEffect(() => {
    const opened = openEpisode(sessionId);
    setFeed(opened);
    return () => opened.close();
  }, [sessionId]);
  return feed ? <Opened sessionId={sessionId} feed={feed} /> : <Loading what="the episode" />;
}

function Opened({ sessionId, feed }: { sessionId: string; feed: EpisodeFeed }) {
  const view = useStore(feed.store, (state) => state.view);
  const error = useStore(feed.store, (state) => state.error);
  const topic = view?.board.topic;
  useEffect(() => {
    document.title = `${topic ?? sessionId} · Showrunner studio`;
  }, [topic, sessionId]);
  if (view) return <Standing sessionId={sessionId} feed={feed} view={view} unread={error !== null} />;
  if (!error) return <Loading what="the episode" />;
  if (error.code === 'session_unknown')
    return (
      <Notice icon="search" title="There is no such episode">
        <p>{error.message}</p>
        <a class="button" href="#/">
          All episodes
        </a>
      </Notice>
    );
  return <Trouble error={error} onRetry={feed.retry} />;
}

function Standing({
  sessionId,
  feed,
  view,
  unread,
}: {
  sessionId: string;
  feed: EpisodeFeed;
  view: EpisodeView;
  unread: boolean;
}) {
  const [chosen, choose] = useState<number | null>(null);
  const { moment, error } = useMoment(sessionId, chosen);
  const [isForking, setForking] = useState(false);
  const past = chosen !== null;
  const shown = past && moment ? moment : view;
  const at = shown.snapshot.context.updatedAt;
  const failures = useMemo(
    () => (past ? view.failures.filter((failure) => failure.at <= at) : view.failures),
    [past, view, at],
  );
  return (
    <article class={past ? 'episode episode-past' : 'episode'}>
      <EpisodeHead shown={shown} view={view} feed={feed} />
      {unread && (
        <p class="banner banner-warn" role="status">
          <Icon name="warning" />
          The newest state could not be read. What you see is from before; this page tries again by itself.
        </p>
      )}
      {view.board.state.endsWith('.review') && !past && <Review view={view} feed={feed} />}
      {view.recovery && (
        <Failures failures={failures} recovery={past ? null : view.recovery} view={view} feed={feed} />
      )}
      <div class="columns">
        <PhaseMoney board={shown.board} />
        <Files files={view.files} past={past} view={view} feed={feed} />
      </div>
      <Timeline feed={feed} chosen={chosen} choose={choose} />
      {past && (
        <p class="banner banner-past" role="status">
          <Icon name="held" />
          <span>
            As it stood at <b>{time(at)}</b>. {error ? error.message : 'Nothing can be changed in the past.'}
          </span>
          <button
            type="button"
            class="button button-small"
            data-fork="moment"
            onClick={() => setForking(true)}
          >
            Fork from here…
          </button>
          <button type="button" class="button button-small" onClick={() => choose(null)}>
            Back to now
          </button>
          {isForking && (
            <ForkDialog from={{ position: chosen, at }} view={view} onClose={() => setForking(false)} />
          )}
        </p>
      )}
      <Chart state={shown.board.state} allowed={shown.allowed} phases={shown.board.phases} />
      <Operations
        operations={view.operations}
        snapshot={past ? shown.snapshot : null}
        view={view}
        feed={feed}
      />
      {!view.recovery && <Failures failures={failures} recovery={null} view={view} feed={feed} />}
      <div class="columns columns-even">
        <Checkpoints
          checkpoints={view.checkpoints.filter(
            ({ name }) => !past || Object.hasOwn(shown.snapshot.context.checkpoints, name),
          )}
          view={past ? null : view}
          feed={feed}
        />
        <Scores scores={shown.board.quality} />
      </div>
    </article>
  );
}
