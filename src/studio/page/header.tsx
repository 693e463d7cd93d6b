import { useEffect, useState } from 'preact/hooks';
import { cents } from './format.js';
import { addressOf, route } from './live/router.js';
import { useStore } from './live/store.js';
import { studio } from './live/studio.js';
import { MoneyBar } from './parts/money-bar.js';

/** The head of every view: where one can go, the day's money, and whether what is shown is live. */
export function Header() {
  const view = useStore(route, (state) => state.current.view);
  const today = useStore(studio, (state) => state.today);
  const directory = useStore(studio, (state) => state.directory);
  return (
    <header class="header">
      <a class="brand" href={addressOf.board} title={directory} aria-label="Showrunner studio">
        <svg
          class="brand-sign"
          viewBox="0 0 32 32"
          width="24"
          height="24"
          aria-hidden="true"
          focusable="false"
        >
          <rect width="32" height="32" rx="8" class="brand-ground" />
          <path class="brand-wave" d="M8.7 14.7v2.6M14.1 9.7v12.6M19.5 12.7v6.6M24.9 15.7v.6" />
        </svg>
        <span class="brand-name">
          Showrunner <span class="quiet">studio</span>
        </span>
      </a>
      <nav aria-label="Views">
        <a href={addressOf.board} aria-current={view === 'board' ? 'page' : undefined}>
          Episodes
        </a>
        <a href={addressOf.production} aria-current={view === 'production' ? 'page' : undefined}>
          Production
        </a>
        <a href={addressOf.actors} aria-current={view === 'actors' ? 'page' : undefined}>
          Actors
        </a>
      </nav>
      {today && (
        <div class="today">
          <span class="today-label">Today</span>
          <MoneyBar spent={today.spent} reserved={today.reserved} budget={today.cap} warnAt={today.warnAt} />
          <span class="amount">
            <b>{cents(today.spent)}</b>
            {today.reserved > 0 && <span class="reserved"> + {cents(today.reserved)}</span>}{' '}
            <span class="quiet">of {cents(today.cap)}</span>
          </span>
        </div>
      )}
      <LinkMark />
    </header>
  );
}

/** Whether the page hears of commits as they happen. */
function LinkMark() {
  const link = useStore(studio, (state) => state.link);
  const isOldCopy = useStore(studio, (state) => state.oldCopy !== null);
  const [, tick] = useState(0);
  useEffect(() => {
    if (link.state !== 'waiting') return undefined;
    const timer = setInterval(() => tick((count) => count + 1), 500);
    return () => clearInterval(timer);
  }, [link.state]);
  const seconds = link.state === 'waiting' ? Math.max(0, Math.ceil((link.retryAt - Date.now()) / 1000)) : 0;
  const mark = link.state === 'live' && isOldCopy ? 'old' : link.state;
  const text = {
    connecting: 'Connecting',
    live: 'Live',
    old: 'Old copy',
    waiting: 'Reconnecting',
    no_token: 'No token',
  }[mark];
  return (
    <span class={`link-mark link-${mark}`} role="status" data-link={mark}>
      <span class="link-dot" aria-hidden="true" />
      {text}
      {seconds > 1 && (
        <span class="quiet" aria-hidden="true">
          {' '}
          in {seconds} s
        </span>
      )}
    </span>
  );
}
