import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { TimelineEntry } from '../../api.js';
import { dollars, moment, stateText } from '../format.js';
import { useWindowRows } from '../parts/use-window-rows.js';
import { kindOf } from './kinds.js';

/** Pixels, as in timeline.css. */
const rowHeight = 30;

interface Props {
  timeline: readonly TimelineEntry[];
  count: number;
  index: number;
  onChoose: (index: number) => void;
}

const signs = { failure: '▲', person: '◆', checkpoint: '■', move: '●', money: '│', other: '·' } as const;

/** Every commit as a line, oldest first; the chosen one stays in sight. Only the lines that are seen are drawn. */
export function Commits({ timeline, count, index, onChoose }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const tops = useMemo(() => Array.from({ length: count + 1 }, (_, row) => row * rowHeight), [count]);
  const { first, last, above, total } = useWindowRows(tops, list, box);

  useLayoutEffect(() => {
    const frame = box.current;
    if (!frame) return;
    const top = index * rowHeight;
    if (top < frame.scrollTop || top + rowHeight > frame.scrollTop + frame.clientHeight)
      frame.scrollTop = top - frame.clientHeight + 2 * rowHeight;
  }, [index]);

  return (
    <div class="commits" ref={box} tabIndex={0} role="region" aria-label="Commits">
      <ol ref={list} class="commit-list" style={{ height: `${total}px` }}>
        {timeline.slice(first, last + 1).map((entry, at) => {
          const row = first + at;
          const kind = kindOf(entry);
          return (
            <li
              key={row}
              class="commit-row"
              style={{ transform: `translateY(${above + at * rowHeight}px)` }}
              aria-setsize={count}
              aria-posinset={row + 1}
            >
              <button
                type="button"
                tabIndex={row === index ? 0 : -1}
                aria-current={row === index ? 'true' : undefined}
                class="commit"
                onClick={() => onChoose(row)}
              >
                <span class={`kind kind-${kind}`} aria-hidden="true">
                  {signs[kind]}
                </span>
                <CommitTime at={entry.at} />
                <span class="commit-text">{entry.text}</span>
                <span class="commit-state">{stateText(entry.state)}</span>
                <span class="commit-by" title={entry.by}>
                  {entry.by}
                </span>
                <span class="commit-cost num">{dollars(entry.total_cost)}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** A narrow screen shows the time without its day. */
function CommitTime({ at }: { at: string }) {
  const [date = '', time = ''] = moment(at).split(', ');
  return (
    <span class="commit-at">
      <span class="commit-day">{date}, </span>
      {time}
    </span>
  );
}
