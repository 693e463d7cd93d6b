import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { BoardEpisode } from '../../api.js';
import { narrow, useMedia } from '../parts/use-media.js';
import { useWindowRows } from '../parts/use-window-rows.js';
import { groupTitles, type Group, type GroupName } from './groups.js';
import { Row } from './row.js';

type Line = { title: GroupName; count: number } | { episode: BoardEpisode };

/** Pixels, as in board.css. */
const heights = { wide: { title: 52, row: 60 }, narrow: { title: 52, row: 148 } };

/** All episodes in their groups, of which a screenful is drawn. `j` and `k` walk over them. */
export function List({ groups }: { groups: Group[] }) {
  const size = useMedia(narrow) ? heights.narrow : heights.wide;
  const list = useRef<HTMLDivElement>(null);
  const lines = useMemo(
    () =>
      groups.flatMap<Line>(({ name, episodes }) => [
        { title: name, count: episodes.length },
        ...episodes.map((episode) => ({ episode })),
      ]),
    [groups],
  );
  const tops = useMemo(() => {
    const tops = [0];
    for (const line of lines) tops.push((tops.at(-1) ?? 0) + ('episode' in line ? size.row : size.title));
    return tops;
  }, [lines, size]);
  const { first, last, above, total } = useWindowRows(tops, list, null);
  useWalk(list, lines, tops);

  return (
    <div class="table" role="table" aria-label="Episodes" aria-rowcount={lines.length + 1}>
      <div class="table-head" role="row" aria-rowindex={1}>
        {['Episode', 'State', 'Phases', 'Money', 'Quality', 'Changed'].map((title) => (
          <div key={title} role="columnheader" class={`head-${title.toLowerCase()}`}>
            {title}
          </div>
        ))}
      </div>
      <div class="rows" role="rowgroup" ref={list} style={{ height: `${total}px` }}>
        <div class="rows-shown" role="presentation" style={{ transform: `translateY(${above}px)` }}>
          {lines.slice(first, last + 1).map((line, at) =>
            'episode' in line ? (
              <Row key={line.episode.sessionId} episode={line.episode} index={first + at + 2} />
            ) : (
              <div
                key={line.title}
                class={`group-title group-${line.title}`}
                role="row"
                aria-rowindex={first + at + 2}
              >
                <div role="cell">
                  <h2>{groupTitles[line.title]}</h2>
                  <span class="count">{line.count.toLocaleString('en-US')}</span>
                </div>
              </div>
            ),
          )}
        </div>
      </div>
    </div>
  );
}

/** `j` and `k` (or the arrows) move from episode to episode, also to those that are not drawn yet. */
function useWalk(list: { current: HTMLElement | null }, lines: Line[], tops: number[]): void {
  const latest = useRef({ lines, tops });
  latest.current = { lines, tops };
  useEffect(() => {
    const walk = (event: KeyboardEvent): void => {
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
      const inRow = document.activeElement?.closest('[data-session]');
      if (
        step === undefined ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        event.target instanceof HTMLInputElement ||
        document.querySelector('dialog[open]')
      )
        return;
      if (event.key.startsWith('Arrow') && !inRow) return;
      const { lines, tops } = latest.current;
      const from = lines.findIndex(
        (line) => 'episode' in line && line.episode.sessionId === inRow?.getAttribute('data-session'),
      );
      let to = from === -1 ? 0 : from + step;
      while (lines[to] && !('episode' in (lines[to] as Line))) to += step === 1 || from === -1 ? 1 : -1;
      const line = lines[to];
      if (!line || !('episode' in line)) return;
      event.preventDefault();
      focusRow(list.current, line.episode.sessionId, tops[to] ?? 0);
    };
    addEventListener('keydown', walk);
    return () => removeEventListener('keydown', walk);
  }, []);
}

function focusRow(list: HTMLElement | null, sessionId: string, top: number): void {
  const find = (): HTMLElement | null =>
    list?.querySelector(`[data-session="${CSS.escape(sessionId)}"] .row-link`) ?? null;
  const link = find();
  if (link) {
    link.focus();
    return;
  }
  scrollTo({ top: (list?.getBoundingClientRect().top ?? 0) + scrollY + top - innerHeight / 2 });
  // It is drawn in the frame after the scroll was noticed.
  requestAnimationFrame(() => requestAnimationFrame(() => find()?.focus()));
}
