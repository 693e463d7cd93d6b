import type { JSX } from 'preact';

const paths = {
  waiting: <circle cx="8" cy="8" r="5" />,
  active: (
    <>
      <circle cx="8" cy="8" r="5" />
      <circle cx="8" cy="8" r="2" class="fill" />
    </>
  ),
  paused: <path d="M6 4v8M10 4v8" />,
  review: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M6.4 6.6c0-2 3.2-2 3.2 0 0 1.2-1.6 1.2-1.6 2.4M8 11v.2" />
    </>
  ),
  complete: <path d="M3.5 8.5l3 3 6-7" />,
  failed: <path d="M4.5 4.5l7 7M11.5 4.5l-7 7" />,
  recovery: <path d="M12.5 8A4.5 4.5 0 1 1 11 4.6M12.6 2.6v2.8H9.8" />,
  archived: <path d="M3 5.5h10v7H3zM2.5 3h11v2.5h-11zM6.5 8h3" />,
  skipped: <path d="M4 8h8" />,
  warning: <path d="M8 2.5l6 10.5H2zM8 6.5v3M8 11.3v.2" />,
  held: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 4.8V8l2.2 1.4" />
    </>
  ),
  money: <path d="M10.8 5.2C10 3.6 5.4 3.4 5.4 5.8c0 2.6 5.6 1.6 5.6 4.3 0 2.4-5 2.4-6 .4M8 2.2v11.6" />,
  play: <path d="M5 3.5v9l7.5-4.5z" class="fill" />,
  pause: <path d="M6 4v8M10 4v8" />,
  file: <path d="M4 2.5h5l3 3v8H4zM9 2.5v3h3" />,
  save: <path d="M8 2.5v7M5 6.8l3 3 3-3M3 13h10" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4" />
      <path d="M10 10l3.5 3.5" />
    </>
  ),
  back: <path d="M9.5 3.5L5 8l4.5 4.5" />,
  forward: <path d="M6.5 3.5L11 8l-4.5 4.5" />,
  key: <path d="M9.6 6.4l4 0M13 6.4v2.4M9.6 6.4a3.3 3.3 0 1 1-6.6 0 3.3 3.3 0 0 1 6.6 0z" />,
  cut: (
    <path d="M6 3.5L3.5 6M12.5 10L10 12.5M5 9l-1.5 1.5a2.1 2.1 0 0 0 3 3M11 7l1.5-1.5a2.1 2.1 0 0 0-3-3" />
  ),
} satisfies Record<string, JSX.Element>;

export type IconName = keyof typeof paths;

/** A drawn sign, always beside its words: readers do not hear it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      {paths[name]}
    </svg>
  );
}
