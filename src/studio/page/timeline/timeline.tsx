import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { TimelineEntry } from '../../api.js';
import { dollars, moment } from '../format.js';
import type { EpisodeFeed } from '../live/episode-feed.js';
import { useStore } from '../live/store.js';
import { Icon } from '../parts/icon.js';
import { dark, useMedia } from '../parts/use-media.js';
import { Commits } from './commits.js';
import { drawTimeline, height } from './draw.js';
import { kindNames, type Kind } from './kinds.js';

interface Props {
  feed: EpisodeFeed;
  /** The journal position that is looked at; null is now. */
  chosen: number | null;
  choose: (position: number | null) => void;
}

const legend: [Kind, string][] = [
  ['failure', '▲'],
  ['person', '◆'],
  ['checkpoint', '■'],
  ['move', '●'],
  ['money', '│'],
];

/** Every commit of the episode, and a slider that goes to any of them. */
export function Timeline({ feed, chosen, choose }: Props) {
  const count = useStore(feed.store, (state) => state.count);
  const timeline = useStore(feed.store, (state) => state.timeline);
  const complete = useStore(feed.store, (state) => state.complete);
  const index = chosen === null ? count - 1 : indexOf(timeline, chosen);
  const entry = timeline[index];

  const go = (to: number): void => choose(positionAt(timeline, index, to));
  useKeys(index, go, choose);
  if (!entry)
    return (
      <section class="card timeline">
        <h2>Timeline</h2>
        <p class="empty" role="status">
          {complete ? 'Nothing has happened yet.' : 'Reading the commits…'}
        </p>
      </section>
    );
  return (
    <section class="card timeline" data-commits={count}>
      <div class="timeline-head">
        <h2>
          Timeline <span class="count">{count.toLocaleString('en-US')}</span>
        </h2>
        <p class="timeline-now" data-chosen={entry.position}>
          <b>{entry.text}</b>
          <span class="quiet">
            <time dateTime={entry.at}>{moment(entry.at)}</time> · {dollars(entry.total_cost)} spent ·{' '}
            {(index + 1).toLocaleString('en-US')} of {count.toLocaleString('en-US')}
          </span>
        </p>
        <div class="timeline-steps">
          <button
            type="button"
            class="button button-icon"
            aria-label="One commit back"
            disabled={index <= 0}
            onClick={() => go(index - 1)}
          >
            <Icon name="back" />
          </button>
          <button
            type="button"
            class="button button-icon"
            aria-label="One commit forward"
            disabled={chosen === null}
            onClick={() => go(index + 1)}
          >
            <Icon name="forward" />
          </button>
          <button
            type="button"
            class="button button-small"
            disabled={chosen === null}
            onClick={() => choose(null)}
          >
            Now
          </button>
        </div>
      </div>
      <div class="timeline-strip">
        <Strip timeline={timeline} count={count} />
        <input
          type="range"
          class="timeline-slider"
          aria-label="Moment"
          min={0}
          max={Math.max(0, count - 1)}
          step={1}
          value={index}
          aria-valuetext={`${index + 1} of ${count}: ${entry.text}, ${moment(entry.at)}`}
          onInput={(event) => go(Number(event.currentTarget.value))}
        />
      </div>
      <p class="legend" aria-hidden="true">
        {legend.map(([kind, sign]) => (
          <span key={kind}>
            <span class={`kind kind-${kind}`}>{sign}</span>
            {kindNames[kind]}
          </span>
        ))}
      </p>
      <Commits timeline={timeline} count={count} index={index} onChoose={go} />
    </section>
  );
}

function Strip({ timeline, count }: { timeline: readonly TimelineEntry[]; count: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDark = useMedia(dark);
  useLayoutEffect(() => {
    if (canvas.current) drawTimeline(canvas.current, timeline);
  }, [timeline, count, isDark]);
  useEffect(() => {
    const again = new ResizeObserver(() => canvas.current && drawTimeline(canvas.current, timeline));
    if (canvas.current) again.observe(canvas.current);
    return () => again.disconnect();
  }, [timeline]);
  return <canvas ref={canvas} class="timeline-canvas" style={{ height: `${height}px` }} aria-hidden="true" />;
}

/** `[` and `]` step through the commits, Escape goes back to now. */
function useKeys(index: number, go: (index: number) => void, choose: (position: null) => void): void {
  const latest = useRef({ index, go, choose });
  latest.current = { index, go, choose };
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || document.querySelector('dialog[open]')) return;
      if (
        event.target instanceof HTMLTextAreaElement ||
        (event.target instanceof HTMLInputElement && event.target.type !== 'range')
      )
        return;
      if (event.key === '[') latest.current.go(latest.current.index - 1);
      if (event.key === ']') latest.current.go(latest.current.index + 1);
      if (event.key === 'Escape') latest.current.choose(null);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

/** The position to look at for going to an entry; null at the last. A commit of several events is one step: going back leaves it whole. */
function positionAt(timeline: readonly TimelineEntry[], from: number, to: number): number | null {
  const own = timeline[from]?.position;
  let at = Math.max(0, to);
  if (at < from) while (at > 0 && timeline[at]?.position === own) at--;
  const position = timeline[at]?.position;
  return position === undefined || position === timeline.at(-1)?.position ? null : position;
}

/** The last entry of the commit at a position: one commit may hold several events. */
function indexOf(timeline: readonly TimelineEntry[], position: number): number {
  let low = 0;
  let high = timeline.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((timeline[middle]?.position ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
