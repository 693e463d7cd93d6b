import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/** Rows drawn beyond what is seen, so that quick scrolling shows no holes. */
const beyond = 8;

export interface Shown {
  first: number;
  /** The last that is drawn; below `first` when none is. */
  last: number;
  /** Pixels above the first row and of all rows. */
  above: number;
  total: number;
}

/**
 * Which of many rows are to be drawn, so that a thousand cost no more than a screenful. `tops` says where each row begins, with the end
 * of the last at its end. `scroller` scrolls; null is the window.
 */
export function useWindowRows(
  tops: readonly number[],
  list: RefObject<HTMLElement>,
  scroller: RefObject<HTMLElement> | null,
): Shown {
  const [seen, setSeen] = useState<{ top: number; height: number }>({ top: 0, height: innerHeight });
  useLayoutEffect(() => {
    const target: HTMLElement | Window = scroller?.current ?? window;
    let asked = 0;
    const measure = (): void => {
      asked = 0;
      const box = list.current?.getBoundingClientRect();
      if (!box) return;
      const frame = scroller?.current
        ? scroller.current.getBoundingClientRect()
        : { top: 0, height: innerHeight };
      setSeen((before) => {
        const top = Math.max(0, frame.top - box.top);
        // A few pixels are not worth drawing anew for: the rows beyond cover them.
        return Math.abs(before.top - top) < 24 && before.height === frame.height
          ? before
          : { top, height: frame.height };
      });
    };
    const ask = (): void => {
      asked ||= requestAnimationFrame(measure);
    };
    measure();
    target.addEventListener('scroll', ask, { passive: true });
    addEventListener('resize', ask);
    return () => {
      cancelAnimationFrame(asked);
      target.removeEventListener('scroll', ask);
      removeEventListener('resize', ask);
    };
  }, [scroller]);

  const count = tops.length - 1;
  const first = Math.max(0, rowAt(tops, seen.top) - beyond);
  const last = Math.min(count - 1, rowAt(tops, seen.top + seen.height) + beyond);
  return { first, last, above: tops[first] ?? 0, total: tops[count] ?? 0 };
}

function rowAt(tops: readonly number[], offset: number): number {
  let low = 0;
  let high = tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
